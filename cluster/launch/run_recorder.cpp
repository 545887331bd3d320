#include "cluster/launch/run_recorder.hpp"

#include "actors/type_ids.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/record/progress_json.hpp"
#include "compute/affinity.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace paceline {
namespace {

using run_recorder_ptr = caf::stateful_actor<run_recorder_state>*;

constexpr auto show_interval = std::chrono::milliseconds(200);
/// Least training time between two lines of one worker's progress, and of the link's traffic; the last one is always written.
constexpr auto progress_interval = std::chrono::seconds(1);

record_time time_of(run_recorder_state& state) {
  // What a test costs is taken out of training time behind its back; a log never goes backwards for it.
  state.last_record_time = std::max(state.last_record_time, state.settings.services.clock->training_time());
  return {.training = state.last_record_time, .wall = std::chrono::system_clock::now()};
}

/// Appends one record. The first that cannot be written ends the run.
void record(run_recorder_ptr self, const std::shared_ptr<json_lines>& log, const nlohmann::json& line) {
  auto& state = self->state;
  if (state.failed)
    return;
  try {
    log->append(line);
  } catch (const io_failure& e) {
    state.failed = true;
    state.settings.console->message(std::string("error: ") + e.what());
    state.end->finish.failures.push_back({.code = failure_code::record_failed, .what = e.what()});
    self->send(state.supervisor, stop_run{});
  }
}

/// Share of the budget that earlier parts of the run have used; the clock has not started when it is asked.
double used_before(const run_recorder_settings& settings) {
  const auto& budget = *settings.services.budget;
  const auto time = budget.limits().training_time;
  const auto share_of_time =
    time && time->count() > 0 ? std::chrono::duration<double>(settings.time_before) / *time : 0.0;
  return std::max(budget.used(), share_of_time);
}

void update_loss(run_recorder_state& state) {
  double sum = 0;
  std::size_t count = 0;
  for (const auto& [id, progress] : state.progress) {
    if (!progress.report.window_full || !std::isfinite(progress.report.loss))
      continue;
    sum += progress.report.loss;
    ++count;
  }
  state.status.loss = count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

void update_pace(run_recorder_state& state) {
  auto& status = state.status;
  status.elapsed = state.settings.services.clock->training_time();
  status.done = state.settings.services.budget->used();
  const auto in_launch = std::chrono::duration<double>(status.elapsed - state.settings.time_before).count();
  const auto done_in_launch = status.done - state.done_at_start;
  if (in_launch <= 0)
    return;
  std::uint64_t steps = 0;
  for (const auto& [id, progress] : state.progress)
    steps += progress.counters.steps;
  const auto here = std::chrono::duration<double>(state.settings.services.clock->training_time_here()).count();
  if (steps > 0 && here > 0)
    status.steps_per_second = static_cast<double>(steps) / here;
  if (done_in_launch > 0.001)
    status.left = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(in_launch * (1 - status.done) / done_in_launch));
}

void write_traffic(run_recorder_ptr self) {
  auto& state = self->state;
  const auto now = time_of(state);
  state.traffic_written = now.training;
  state.end->link = state.settings.traffic();
  record(self, state.settings.metrics, to_record(*state.end->link, now));
}

void look_at_traffic(run_recorder_ptr self) {
  auto& state = self->state;
  if (state.settings.traffic
      && (!state.traffic_written || time_of(state).training - *state.traffic_written >= progress_interval))
    write_traffic(self);
}

void show(run_recorder_ptr self) {
  look_at_traffic(self);
  update_pace(self->state);
  self->state.settings.console->show(self->state.status, progress_console::clock::now());
  self->delayed_send(self, show_interval, look_at_clock{});
}

void write_progress(run_recorder_ptr self, const worker_progress& progress) {
  auto& state = self->state;
  const auto now = time_of(state);
  state.progress_written[progress.report.worker] = now.training;
  record(self, state.settings.metrics, to_record(progress, now));
}

void leave_backlog(const run_recorder_state& state) {
  if (state.settings.waiting)
    state.settings.waiting->leave();
}

void on_progress(run_recorder_ptr self, const worker_progress& progress) {
  auto& state = self->state;
  const auto id = progress.report.worker;
  auto& latest = state.progress[id];
  latest = progress;
  if (const auto before = state.counted_before.find(id); before != state.counted_before.end())
    latest.counters += before->second;
  update_loss(state);
  const auto written = state.progress_written.find(id);
  if (written == state.progress_written.end() || time_of(state).training - written->second >= progress_interval)
    write_progress(self, latest);
}

void on_decision(run_recorder_ptr self, const leader_announcement& decision) {
  auto& state = self->state;
  state.settings.leadership.add(decision);
  if (decision.scope == scope::global)
    state.status.global_leader = decision.leader;
  else
    state.status.group_leaders[decision.group] = decision.leader;
  record(self, state.settings.ledger, to_record(decision, time_of(state)));
}

void on_recovery(run_recorder_ptr self, const worker_recovered& event) {
  auto& state = self->state;
  state.settings.console->message(fmt::format("worker {} had diverged at step {}; it goes on from {}'s parameters",
                                              to_string(event.worker), event.steps,
                                              event.leader ? to_string(*event.leader) : "the centre"));
  record(self, state.settings.metrics, to_record(event, time_of(state)));
}

void on_restart(run_recorder_ptr self, const worker_restarted& event) {
  auto& state = self->state;
  if (const auto latest = state.progress.find(event.worker); latest != state.progress.end())
    state.counted_before[event.worker] = latest->second.counters;
  state.end->restarts[event.worker] = event.restarts;
  const auto source = event.source ? "worker " + to_string(*event.source) + "'s parameters" : "its seed's start";
  state.settings.console->message(fmt::format("worker {} is back at step {} after {:.1f} s; it goes on from {}",
                                              to_string(event.worker), event.steps, in_seconds(event.away), source));
  record(self, state.settings.metrics, to_record(event, time_of(state)));
}

void on_evaluation(run_recorder_ptr self, const evaluation& found) {
  auto& state = self->state;
  if (std::isfinite(found.centre.error))
    state.status.test_error = found.centre.error;
  record(self, state.settings.metrics, to_record(found, std::chrono::system_clock::now()));
}

void on_failure(run_recorder_ptr self, const failure& what) {
  auto& state = self->state;
  const auto where = is_of_a_worker(what.code) ? fmt::format("worker {}: ", to_string(what.worker)) : std::string();
  state.settings.console->message("error: " + where + what.what);
  record(self, state.settings.metrics, to_record(what, time_of(state)));
}

void on_joined(run_recorder_ptr self, const node_joined& event) {
  self->state.settings.console->message(fmt::format("node {} is there", event.node));
  record(self, self->state.settings.metrics, to_record(event, time_of(self->state)));
}

void on_lost(run_recorder_ptr self, const node_lost& event) {
  self->state.settings.console->message(fmt::format("node {} is gone: {}", event.node, event.reason));
  record(self, self->state.settings.metrics, to_record(event, time_of(self->state)));
}

void on_seat(run_recorder_ptr self, const seat_taken& event) {
  self->state.settings.console->message(
    fmt::format("node {} has the global leader's seat, term {}: {}", event.seat.holder, event.seat.term, event.reason));
  record(self, self->state.settings.ledger, to_record(event, time_of(self->state)));
}

void on_fault(run_recorder_ptr self, const fault_event& event) {
  auto& state = self->state;
  const auto& f = event.fault;
  const auto victim = f.worker ? "worker " + to_string(*f.worker) : "node " + f.node;
  state.settings.console->message(fmt::format("rehearsed fault {}: {} of {} {}", f.number, to_string(f.kind), victim,
                                              event.ended ? "ends" : "begins"));
  record(self, state.settings.metrics, to_record(event, time_of(state)));
}

void on_end(run_recorder_ptr self, const run_finished& finish) {
  auto& state = self->state;
  auto own_failures = std::move(state.end->finish.failures);
  state.end->finish = finish;
  state.end->finish.failures.insert(state.end->finish.failures.end(), own_failures.begin(), own_failures.end());
  state.end->leadership = state.settings.leadership;
  for (const auto& [id, progress] : state.progress) {
    write_progress(self, progress);
    state.end->workers.push_back(progress);
  }
  if (state.settings.traffic)
    write_traffic(self);
  state.end->dropped_records = state.settings.waiting ? state.settings.waiting->dropped() : 0;
  update_pace(state);
  state.end->training_time = finish.state ? finish.state->training_time : state.status.elapsed;
  state.settings.console->show(state.status, progress_console::clock::now());
  state.settings.console->finish();
  self->quit();
}

} // namespace

static_assert(!std::is_constructible_v<run_recorder_state, caf::stateful_actor<run_recorder_state>*>);

run_recorder_state::run_recorder_state() : done_at_start(0), last_record_time(0), failed(false) {}

caf::behavior run_recorder_actor(run_recorder_ptr self, run_recorder_settings settings,
                                 std::shared_ptr<recorded_end> end) {
  auto& state = self->state;
  state.status.group_leaders = settings.group_leaders;
  state.status.global_leader = settings.global_leader;
  state.last_record_time = settings.last_record_time;
  state.done_at_start = used_before(settings);
  state.settings = std::move(settings);
  state.end = std::move(end);

  self->set_down_handler([self](const caf::down_msg& down) {
    // Its last message comes before this one; so it never finished.
    const failure lost{.code = failure_code::supervisor_lost,
                       .what = "the supervisor ended early: " + caf::to_string(down.reason)};
    on_failure(self, lost);
    on_end(self, {.failures = {lost}});
  });

  return {
    [self](const caf::actor& supervisor) {
      name_this_thread(self->state.name);
      self->state.supervisor = supervisor;
      self->monitor(supervisor);
      show(self);
    },
    [self](look_at_clock) { show(self); },
    [self](stop_run) {
      self->state.settings.console->message(
        "stopping: a last test and a checkpoint follow; once more ends the program at once");
    },
    [](flush_records) { return true; },
    [self](const worker_progress& progress) {
      leave_backlog(self->state);
      on_progress(self, progress);
    },
    [self](const pull_applied& pull) {
      leave_backlog(self->state);
      record(self, self->state.settings.metrics, to_record(pull, time_of(self->state)));
    },
    [self](const worker_point& traced) {
      record(self, self->state.settings.metrics, to_record(traced, time_of(self->state)));
    },
    [self](const centre_exchanged& exchange) {
      leave_backlog(self->state);
      record(self, self->state.settings.metrics, to_record(exchange, time_of(self->state)));
    },
    [self](const leader_announcement& decision) { on_decision(self, decision); },
    [self](const worker_recovered& event) { on_recovery(self, event); },
    [self](const worker_restarted& event) { on_restart(self, event); },
    [self](const evaluation& found) { on_evaluation(self, found); },
    [self](const failure& what) { on_failure(self, what); },
    [self](const fault_event& event) { on_fault(self, event); },
    [self](const notice& told) { self->state.settings.console->message(told.line); },
    [self](const node_joined& event) { on_joined(self, event); },
    [self](const node_lost& event) { on_lost(self, event); },
    [self](const seat_taken& event) { on_seat(self, event); },
    [self](const run_finished& finish) { on_end(self, finish); },
  };
}

} // namespace paceline
