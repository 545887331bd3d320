#include "cluster/record/metrics.hpp"

#include "cluster/record/progress_json.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

/// "2024-05-01T12:00:00.250Z".
std::string utc_text(std::chrono::system_clock::time_point time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (milliseconds - seconds).count());
}

json make_record(const char* type, const record_time& when, json fields) {
  fields["type"] = type;
  fields["time"] = in_seconds(when.training);
  fields["wall"] = utc_text(when.wall);
  return fields;
}

} // namespace

json to_record(const worker_progress& progress, const record_time& when) {
  const auto& report = progress.report;
  auto fields = to_json(progress.counters);
  fields["worker"] = to_string(report.worker);
  fields["steps"] = report.steps;
  fields["loss"] = report.window_full ? finite_or_null(report.loss) : json();
  fields["learning_rate"] = finite_or_null(progress.learning_rate);
  fields["epochs"] = finite_or_null(progress.epochs);
  return make_record("progress", when, std::move(fields));
}

json to_record(const pull_applied& pull, const record_time& when) {
  return make_record("pull", when,
                     {{"worker", to_string(pull.worker)},
                      {"scope", to_string(pull.scope)},
                      {"leader", to_string(pull.leader)},
                      {"decision", pull.decision},
                      {"steps", pull.steps},
                      {"strength", finite_or_null(pull.strength)},
                      {"distance", finite_or_null(pull.distance)},
                      {"age", in_seconds(pull.age)}});
}

json to_record(const worker_recovered& recovery, const record_time& when) {
  return make_record(
    "recovery", when,
    {{"worker", to_string(recovery.worker)}, {"leader", to_string(recovery.leader)}, {"steps", recovery.steps}});
}

json to_record(const evaluation& result, std::chrono::system_clock::time_point wall) {
  return make_record("evaluation", {result.training_time, wall}, to_json(result));
}

json to_record(const failure& what, const record_time& when) {
  return make_record("failure", when,
                     {{"code", to_string(what.code)},
                      {"worker", is_of_a_worker(what.code) ? json(to_string(what.worker)) : json()},
                      {"what", what.what}});
}

json to_record(const leader_announcement& decision, const record_time& when) {
  return make_record("leader", when,
                     {{"scope", to_string(decision.scope)},
                      {"group", decision.scope == scope::group ? json(decision.group) : json()},
                      {"decision", decision.decision},
                      {"leader", to_string(decision.leader)},
                      {"leader_steps", decision.leader_steps},
                      {"loss", finite_or_null(decision.loss)},
                      {"margin", finite_or_null(decision.margin)},
                      {"total_steps", decision.total_steps},
                      {"reason", decision.reason}});
}

bool recorded_until(const json& record, std::chrono::nanoseconds training_time) {
  const auto time = record.value("time", json());
  return time.is_number() && time.get<double>() <= in_seconds(training_time);
}

bool is_of_a_worker(failure_code code) {
  switch (code) {
    case failure_code::worker_start_failed:
    case failure_code::worker_step_failed:
    case failure_code::worker_diverged:
      return true;
    case failure_code::evaluation_failed:
    case failure_code::checkpoint_failed:
    case failure_code::supervisor_lost:
    case failure_code::record_failed:
      return false;
  }
  return false;
}

} // namespace paceline
