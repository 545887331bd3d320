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
          {"snapshots_taken", counters.snapshots_taken},
          {"recoveries", counters.recoveries},
          {"probes", counters.probes},
          {"probing", in_seconds(counters.probing)}};
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
