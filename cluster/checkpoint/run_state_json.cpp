#include "cluster/checkpoint/run_state_json.hpp"

#include "cluster/checkpoint/exact_double.hpp"
#include "cluster/config/config_json.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

json id_or_null(const std::optional<worker_id>& id) {
  return id ? json(to_string(*id)) : json();
}

json to_json(const loss_report& report) {
  return {{"worker", to_string(report.worker)},
          {"steps", report.steps},
          {"loss", to_exact_text(report.loss)},
          {"window_full", report.window_full},
          {"measured_at_ns", report.measured_at.count()}};
}

json to_json(const leadership_state& state) {
  auto candidates = json::array();
  for (const auto& candidate : state.candidates)
    candidates.push_back(candidate ? to_json(*candidate) : json());
  return {{"decisions", state.decisions},       {"steps_since", state.steps_since},
          {"member_steps", state.member_steps}, {"candidates", std::move(candidates)},
          {"leader", id_or_null(state.leader)}, {"term", state.term}};
}

/// An object being read, and where it stands in the file. Every access throws invalid_input where it does not fit.
class state_reader {
 public:
  state_reader(const json& value, std::string place) : value_(value), place_(std::move(place)) {}

  state_reader operator[](const char* key) const {
    if (!value_.is_object() || !value_.contains(key))
      throw invalid_input(fmt::format("{}: has no \"{}\"", place_, key));
    return {value_.at(key), place_.empty() ? key : fmt::format("{}.{}", place_, key)};
  }

  bool is_null() const { return value_.is_null(); }

  std::uint64_t count() const {
    require(value_.is_number_unsigned() && value_.get<std::uint64_t>() <= most_counted,
            "a whole number of at most 2^53");
    return value_.get<std::uint64_t>();
  }

  /// Of a key that states of earlier versions do not have.
  std::uint64_t count_or_0(const char* key) const { return value_.contains(key) ? (*this)[key].count() : 0; }

  std::chrono::nanoseconds nanoseconds() const {
    // Differences of such times fit into 64 bits.
    constexpr std::chrono::nanoseconds longest = std::chrono::hours(24 * 365 * 100);
    const auto fits = [&](std::int64_t count) { return count >= -longest.count() && count <= longest.count(); };
    require(value_.is_number_integer() && fits(value_.get<std::int64_t>()), "whole nanoseconds of at most 100 years");
    return std::chrono::nanoseconds(value_.get<std::int64_t>());
  }

  /// Nanoseconds that have passed.
  std::chrono::nanoseconds passed() const {
    require(nanoseconds().count() >= 0, "whole nanoseconds of at least 0");
    return nanoseconds();
  }

  bool truth() const {
    require(value_.is_boolean(), "true or false");
    return value_.get<bool>();
  }

  double exact() const {
    const auto number = value_.is_string() ? from_exact_text(value_.get<std::string>()) : std::nullopt;
    require(number.has_value(), "a hexadecimal number as text");
    return *number;
  }

  worker_id worker() const {
    const auto id = value_.is_string() ? worker_id_from_text(value_.get<std::string>()) : std::nullopt;
    require(id.has_value(), "a worker such as \"0.1\"");
    return *id;
  }

  template <class Read>
  auto list(Read read) const {
    require(value_.is_array(), "a list");
    std::vector<std::invoke_result_t<Read, state_reader>> items;
    for (std::size_t i = 0; i < value_.size(); ++i)
      items.push_back(std::invoke(read, state_reader(value_[i], fmt::format("{}[{}]", place_, i))));
    return items;
  }

  template <class Read>
  auto optional(Read read) const {
    using result = std::optional<std::invoke_result_t<Read, state_reader>>;
    return is_null() ? result() : result(std::invoke(read, *this));
  }

 private:
  void require(bool fits, const char* needed) const {
    if (!fits)
      throw invalid_input(fmt::format("{}: found {}, needed is {}", place_, in_words(), needed));
  }

  /// To print what lies in lists and objects would recurse as deep as the file likes.
  std::string in_words() const {
    if (value_.is_array())
      return "a list";
    return value_.is_object() ? "an object" : shortened(value_.dump(), 60);
  }

  const json& value_;
  std::string place_;
};

loss_report report_from(const state_reader& object) {
  loss_report report;
  report.worker = object["worker"].worker();
  report.steps = object["steps"].count();
  report.loss = object["loss"].exact();
  report.window_full = object["window_full"].truth();
  report.measured_at = object["measured_at_ns"].nanoseconds();
  return report;
}

leadership_state leadership_from(const state_reader& object) {
  leadership_state state;
  state.decisions = object["decisions"].count();
  state.steps_since = object["steps_since"].count();
  state.member_steps = object["member_steps"].list(&state_reader::count);
  state.candidates = object["candidates"].list([](const state_reader& item) { return item.optional(report_from); });
  state.leader = object["leader"].optional(&state_reader::worker);
  state.term = object.count_or_0("term");
  return state;
}

} // namespace

json to_json(const run_state& state) {
  auto workers = json::array();
  for (const auto& worker : state.workers)
    workers.push_back(to_string(worker.id));
  auto groups = json::array();
  for (const auto& group : state.groups)
    groups.push_back(to_json(group));
  return {{"total_steps", state.total_steps},
          {"training_time_ns", state.training_time.count()},
          {"workers", std::move(workers)},
          {"first_group", state.first_group},
          {"groups", std::move(groups)},
          {"global", to_json(state.global)},
          {"has_centre", has_begun(state.centre)},
          {"leader", id_or_null(state.leader)},
          {"leader_loss", to_exact_text(state.leader_loss)}};
}

run_state run_state_from_json(const json& object) {
  const state_reader fields(object, {});
  run_state state;
  state.total_steps = fields["total_steps"].count();
  state.training_time = fields["training_time_ns"].passed();
  std::set<worker_id> seen;
  for (const auto id : fields["workers"].list(&state_reader::worker)) {
    if (!seen.insert(id).second)
      throw invalid_input(fmt::format("workers: names {} twice", to_string(id)));
    state.workers.push_back({id, {}, {}});
  }
  const auto first_group = fields.count_or_0("first_group");
  if (first_group > std::numeric_limits<std::uint32_t>::max())
    throw invalid_input(fmt::format("first_group: found {}, no run has so many groups", first_group));
  state.first_group = static_cast<std::uint32_t>(first_group);
  state.groups = fields["groups"].list(leadership_from);
  state.global = leadership_from(fields["global"]);
  if (object.contains("has_centre") && fields["has_centre"].truth())
    state.centre.emplace();
  state.leader = fields["leader"].optional(&state_reader::worker);
  state.leader_loss = fields["leader_loss"].exact();
  if (state.leader && !seen.contains(*state.leader))
    throw invalid_input(fmt::format("leader: {} is none of the workers", to_string(*state.leader)));
  return state;
}

} // namespace paceline
