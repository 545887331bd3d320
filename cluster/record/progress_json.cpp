#include "cluster/record/progress_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace paceline {

using nlohmann::json;

json finite_or_null(double value) {
  return std::isfinite(value) ? json(value) : json();
}

double in_seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

json to_json(const compute_counters& counters) {
  return {{"steps_since_start", counters.steps},
          {"stepping", in_seconds(counters.stepping)},
          {"waited_for_data", in_seconds(counters.waited_for_data)},
          {"waited_for_messages", in_seconds(counters.waited_for_messages)},
          {"pulls_group", counters.pulls_group},
          {"pulls_global", counters.pulls_global},
          {"superseded", counters.superseded},
          {"exchanges", counters.exchanges},
          {"snapshots_taken", counters.snapshots_taken},
          {"withheld", counters.withheld},
          {"recoveries", counters.recoveries},
          {"probes", counters.probes},
          {"probing", in_seconds(counters.probing)},
          {"pictures_replaced", counters.pictures_replaced}};
}

compute_counters counters_from_json(const json& object) {
  const auto found = [&](const char* key) {
    const auto value = object.find(key);
    return value != object.end() && value->is_number() ? *value : json(0);
  };
  const auto count = [&](const char* key) { return found(key).get<std::uint64_t>(); };
  const auto duration = [&](const char* key) {
    return std::chrono::round<std::chrono::nanoseconds>(std::chrono::duration<double>(found(key).get<double>()));
  };
  return {.steps = count("steps_since_start"),
          .stepping = duration("stepping"),
          .waited_for_data = duration("waited_for_data"),
          .waited_for_messages = duration("waited_for_messages"),
          .pulls_group = count("pulls_group"),
          .pulls_global = count("pulls_global"),
          .superseded = count("superseded"),
          .exchanges = count("exchanges"),
          .snapshots_taken = count("snapshots_taken"),
          .withheld = count("withheld"),
          .recoveries = count("recoveries"),
          .probes = count("probes"),
          .probing = duration("probing"),
          .pictures_replaced = count("pictures_replaced")};
}

json to_json(const evaluation& result) {
  const auto leader = result.leader.value_or(test_score{NAN, NAN});
  return {{"total_steps", result.total_steps},
          {"centre_loss", finite_or_null(result.centre.loss)},
          {"centre_error", finite_or_null(result.centre.error)},
          {"leader", result.leader ? json(to_string(result.leader_id)) : json()},
          {"leader_loss", finite_or_null(leader.loss)},
          {"leader_error", finite_or_null(leader.error)}};
}

} // namespace paceline
