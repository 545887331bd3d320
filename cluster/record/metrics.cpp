#include "cluster/record/metrics.hpp"

#include "cluster/record/link_json.hpp"
#include "cluster/record/progress_json.hpp"
#include "cluster/record/record_fields.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
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

bool at_most(const json& record, const char* key, std::uint64_t limit) {
  const auto count = count_of(record, key);
  return count && *count <= limit;
}

bool decided_before(const json& record, const leadership_state& known) {
  const auto decision = count_of(record, "decision");
  return decision
         && std::pair(count_of(record, "term").value_or(0), *decision) <= std::pair(known.term, known.decisions);
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

json to_record(const worker_point& traced, const record_time& when) {
  auto point = json::array();
  for (const auto coordinate : traced.point)
    point.push_back(finite_or_null(coordinate));
  return make_record("point", when,
                     {{"worker", to_string(traced.worker)},
                      {"steps", traced.steps},
                      {"loss", finite_or_null(traced.loss)},
                      {"point", traced.point.empty() ? json() : point}});
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
  return make_record("recovery", when,
                     {{"worker", to_string(recovery.worker)},
                      {"leader", recovery.leader ? json(to_string(*recovery.leader)) : json()},
                      {"steps", recovery.steps}});
}

json to_record(const centre_exchanged& exchange, const record_time& when) {
  return make_record("exchange", when,
                     {{"worker", to_string(exchange.worker)},
                      {"use", to_string(exchange.use)},
                      {"steps", exchange.steps},
                      {"distance", finite_or_null(exchange.distance)},
                      {"age", in_seconds(exchange.age)}});
}

json to_record(const worker_restarted& restart, const record_time& when) {
  return make_record("restart", when,
                     {{"worker", to_string(restart.worker)},
                      {"source", restart.source ? json(to_string(*restart.source)) : json()},
                      {"steps", restart.steps},
                      {"restarts", restart.restarts},
                      {"away", in_seconds(restart.away)}});
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

json to_record(const fault_event& event, const record_time& when) {
  const auto& f = event.fault;
  return make_record("fault", when,
                     {{"fault", f.number},
                      {"kind", to_string(f.kind)},
                      {"moment", event.ended ? "end" : "begin"},
                      {"node", f.node},
                      {"worker", f.worker ? json(to_string(*f.worker)) : json()},
                      {"duration", in_seconds(f.duration)},
                      {"factor", f.kind == fault_kind::slow ? json(f.factor) : json()},
                      {"direction", f.kind == fault_kind::cut ? json(to_string(f.direction)) : json()}});
}

json to_record(const leader_announcement& decision, const record_time& when) {
  return make_record("leader", when,
                     {{"scope", to_string(decision.scope)},
                      {"group", decision.scope == scope::group ? json(decision.group) : json()},
                      {"term", decision.term},
                      {"decision", decision.decision},
                      {"leader", to_string(decision.leader)},
                      {"leader_steps", decision.leader_steps},
                      {"loss", finite_or_null(decision.loss)},
                      {"margin", finite_or_null(decision.margin)},
                      {"total_steps", decision.total_steps},
                      {"reason", decision.reason}});
}

json to_record(const node_joined& event, const record_time& when) {
  return make_record(
    "node", when,
    {{"node", event.node}, {"incarnation", fmt::format("{:016x}", event.incarnation)}, {"live", true}, {"reason", ""}});
}

json to_record(const node_lost& event, const record_time& when) {
  return make_record("node", when,
                     {{"node", event.node},
                      {"incarnation", fmt::format("{:016x}", event.incarnation)},
                      {"live", false},
                      {"reason", event.reason}});
}

json to_record(const seat_taken& event, const record_time& when) {
  return make_record("seat", when,
                     {{"term", event.seat.term}, {"holder", event.seat.holder}, {"reason", event.reason}});
}

json to_record(const link_counters& traffic, const record_time& when) {
  return make_record("link", when, to_json(traffic));
}

bool recorded_before(const json& record, const run_state& checkpoint) {
  const auto type = text_of(record, "type");
  if (type == "leader") {
    const auto leader = worker_id_from_text(text_of(record, "leader"));
    if (text_of(record, "scope") == to_string(scope::global))
      return decided_before(record, checkpoint.global);
    // A group decides among its own workers alone.
    const auto group = leader ? std::size_t{leader->group} - checkpoint.first_group : checkpoint.groups.size();
    return group < checkpoint.groups.size() && decided_before(record, checkpoint.groups[group]);
  }
  if (type == "evaluation")
    return at_most(record, "total_steps", checkpoint.total_steps);
  const auto worker = worker_id_from_text(text_of(record, "worker"));
  const auto known = std::find_if(checkpoint.workers.begin(), checkpoint.workers.end(),
                                  [&](const auto& state) { return state.id == worker; });
  if (type != "failure" && type != "fault" && known != checkpoint.workers.end()) {
    const auto steps = known->training.steps;
    // A point is told by the step that is made from it.
    return type == "point" ? steps > 0 && at_most(record, "steps", steps - 1) : at_most(record, "steps", steps);
  }
  return record.contains("time") && time_of(record) <= checkpoint.training_time;
}

std::optional<worker_progress> progress_of(const json& record) {
  const auto worker = worker_id_from_text(text_of(record, "worker"));
  if (text_of(record, "type") != "progress" || !worker)
    return std::nullopt;
  const auto number = [&](const char* key) {
    const auto found = record.value(key, json());
    return found.is_number() ? found : json(0);
  };
  const auto loss = record.value("loss", json());
  worker_progress progress;
  progress.report = {.worker = *worker,
                     .steps = number("steps").get<std::uint64_t>(),
                     .loss = loss.is_number() ? loss.get<double>() : 0,
                     .window_full = loss.is_number(),
                     .measured_at = time_of(record)};
  progress.learning_rate = number("learning_rate").get<double>();
  progress.epochs = number("epochs").get<double>();
  progress.counters = counters_from_json(record);
  return progress;
}

std::optional<failure> failure_of(const json& record) {
  if (text_of(record, "type") != "failure")
    return std::nullopt;
  const auto code = failure_code_from_text(text_of(record, "code"));
  if (!code)
    return std::nullopt;
  return failure{.code = *code,
                 .worker = worker_id_from_text(text_of(record, "worker")).value_or(worker_id{}),
                 .what = text_of(record, "what")};
}

std::chrono::nanoseconds time_of(const json& record) {
  const auto time = record.value("time", json());
  const std::chrono::duration<double> seconds(time.is_number() ? time.get<double>() : 0.0);
  return std::chrono::round<std::chrono::nanoseconds>(seconds);
}

bool is_of_a_worker(failure_code code) {
  switch (code) {
    case failure_code::worker_start_failed:
    case failure_code::worker_step_failed:
    case failure_code::worker_diverged:
    case failure_code::worker_given_up:
      return true;
    case failure_code::picture_unreadable:
    case failure_code::evaluation_failed:
    case failure_code::checkpoint_failed:
    case failure_code::supervisor_lost:
    case failure_code::node_actor_lost:
    case failure_code::centre_lost:
    case failure_code::shutdown_stuck:
    case failure_code::record_failed:
      return false;
  }
  return false;
}

} // namespace paceline
