#include "actors/supervisor.hpp"

#include "actors/ask.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <type_traits>

namespace paceline {
namespace {

using self_ptr = caf::stateful_actor<supervisor_state>*;
using phase = supervisor_state::phase;
using state_handler = std::function<void(run_state_ptr)>;

constexpr auto look_interval = std::chrono::milliseconds(100);
/// A test or a write that takes longer is taken for lost.
constexpr auto side_work_timeout = std::chrono::minutes(60);

std::vector<caf::actor> live(const supervisor_state& state) {
  std::vector<caf::actor> actors;
  for (const auto& compute : state.cluster.computes)
    if (compute)
      actors.push_back(compute);
  return actors;
}

void note_failure(self_ptr self, failure_code code, const std::string& what) {
  failure report{.code = code, .what = what};
  self->state.plan->watchers.tell(report);
  self->state.result.failures.push_back(std::move(report));
}

run_state_ptr assemble(const supervisor_state& state, std::vector<std::optional<worker_state_ptr>>&& workers) {
  auto run = std::make_shared<run_state>();
  run->training_time = state.services.clock->training_time();
  run->first_group = state.plan->own_groups().first;
  run->groups = state.groups;
  run->global = state.global;
  take_workers(*run, std::move(workers), state.steps_of_lost);
  align_coordinators(*run, state.plan->groups, state.plan->workers_per_group);
  choose_leader(*run, state.plan->strategy.loss_window);
  return run;
}

/// Collects the state of all live workers; nullptr where none is left.
void gather(self_ptr self, const state_handler& done) {
  auto& state = self->state;
  if (live(state).empty())
    return done(nullptr);
  if (state.cluster.conductor) {
    ask<run_state_ptr>(
      self, state.cluster.conductor, step_boundary_timeout, save_run{},
      [done](const run_state_ptr& run) { done(run->workers.empty() ? nullptr : run); },
      [done](const caf::error&) { done(nullptr); });
    return;
  }
  ask_all<worker_state_ptr>(self, live(state), save_state{}, [self, done](auto&& workers) {
    auto run = assemble(self->state, std::move(workers));
    done(run->workers.empty() ? nullptr : run);
  });
}

std::string text_of(const caf::error& error) {
  return error.context().empty() ? caf::to_string(error) : error.context().get_as<std::string>(0);
}

/// Tests the state, tells the observers, then calls `done` with what was found.
void test(self_ptr self, const run_state_ptr& run, const std::function<void(std::optional<evaluation>)>& done) {
  auto& state = self->state;
  if (!state.cluster.evaluator || !run)
    return done(std::nullopt);
  ask<evaluation>(
    self, state.cluster.evaluator, side_work_timeout, run,
    [self, done](const evaluation& found) {
      self->state.plan->watchers.tell(found);
      done(found);
    },
    [self, done](const caf::error& error) {
      note_failure(self, failure_code::evaluation_failed, text_of(error));
      done(std::nullopt);
    });
}

/// Writes the state, then calls `done`.
void write(self_ptr self, const run_state_ptr& run, const std::function<void()>& done) {
  auto& state = self->state;
  if (!state.cluster.checkpointer || !run)
    return done();
  ask<bool>(
    self, state.cluster.checkpointer, side_work_timeout, run, [done](bool) { done(); },
    [self, done](const caf::error& error) {
      note_failure(self, failure_code::checkpoint_failed, text_of(error));
      done();
    });
}

void end_actors(self_ptr self) {
  auto& state = self->state;
  state.now = phase::finished;
  state.plan->watchers.tell(state.result);
  end_cluster(state.cluster);
  self->quit();
}

/// The end of training: waits for a test or write under way, then takes the last state, tests and writes it.
void finish(self_ptr self) {
  auto& state = self->state;
  if (state.testing || state.writing)
    return;
  gather(self, [self](const run_state_ptr& run) {
    self->state.result.state = run;
    test(self, run, [self, run](const auto& found) {
      self->state.result.final_test = found;
      write(self, run, [self] { end_actors(self); });
    });
  });
}

void begin_finishing(self_ptr self) {
  auto& state = self->state;
  state.now = phase::finishing;
  finish(self);
}

void side_work_done(self_ptr self, bool& flag) {
  flag = false;
  if (self->state.now == phase::finishing)
    finish(self);
}

void look_at_the_clock(self_ptr self) {
  auto& state = self->state;
  if (state.now != phase::training)
    return;
  const auto time = state.services.clock->training_time();
  const bool test_due = state.cluster.evaluator && state.test_timer.due(time) && !state.testing;
  const bool write_due = state.cluster.checkpointer && state.checkpoint_timer.due(time) && !state.writing;
  if (test_due) {
    state.testing = true;
    state.test_timer.done(time);
  }
  if (write_due) {
    state.writing = true;
    state.checkpoint_timer.done(time);
  }
  if (test_due || write_due)
    gather(self, [self, test_due, write_due](const run_state_ptr& run) {
      if (test_due)
        test(self, run, [self](const auto&) { side_work_done(self, self->state.testing); });
      if (write_due)
        write(self, run, [self] { side_work_done(self, self->state.writing); });
    });
  self->delayed_send(self, look_interval, look_at_clock{});
}

void begin(self_ptr self) {
  auto& state = self->state;
  const auto workers = live(state);
  state.busy = workers.size();
  if (workers.empty())
    return begin_finishing(self);
  const auto before = state.plan->resume ? state.plan->resume->training_time : std::chrono::nanoseconds{0};
  state.services.clock->start(before);
  // Later than `before` where other nodes are ahead.
  const auto now = state.services.clock->training_time();
  state.test_timer.start(now, state.plan->evaluate_every);
  state.checkpoint_timer.start(now, state.plan->checkpoint_every);
  state.now = phase::training;
  if (state.cluster.conductor) {
    self->send(state.cluster.conductor, begin_training{});
  } else {
    for (const auto& worker : workers)
      self->send(worker, begin_training{});
  }
  look_at_the_clock(self);
}

void one_less_busy(self_ptr self) {
  auto& state = self->state;
  if (state.busy == 0 || --state.busy > 0)
    return;
  if (state.now == phase::preparing)
    begin(self);
  else if (state.now == phase::training)
    begin_finishing(self);
}

/// A compute actor failed: its last word is the failure, so nothing more is to be expected of it.
void lose(self_ptr self, const failure& report) {
  auto& state = self->state;
  auto& compute = state.cluster.computes[state.plan->position(report.worker)];
  if (!compute)
    return;
  compute = nullptr;
  state.steps_of_lost += report.steps;
  state.result.failures.push_back(report);
  one_less_busy(self);
}

/// A compute actor is gone. Where it failed, it has said so and is not known any more; else it was killed.
void handle_down(self_ptr self, const caf::down_msg& down) {
  auto& state = self->state;
  for (const auto id : state.plan->worker_ids()) {
    const auto& compute = state.cluster.computes[state.plan->position(id)];
    if (!compute || compute.address() != down.source)
      continue;
    const failure killed{
      .code = failure_code::worker_step_failed, .worker = id, .what = "ended early: " + caf::to_string(down.reason)};
    state.plan->watchers.tell(killed);
    if (state.cluster.conductor)
      self->send(state.cluster.conductor, killed);
    lose(self, killed);
  }
}

void note_decision(supervisor_state& state, const leader_announcement& decision) {
  auto& known =
    decision.scope == scope::global ? state.global : state.groups[decision.group - state.plan->own_groups().first];
  known.term = decision.term;
  known.decisions = decision.decision;
  known.leader = decision.leader;
}

} // namespace

static_assert(!std::is_constructible_v<supervisor_state, caf::stateful_actor<supervisor_state>*>);

supervisor_state::supervisor_state()
  : now(phase::preparing), busy(0), steps_of_lost(0), testing(false), writing(false) {}

run_services make_services(const cluster_plan& plan, std::shared_ptr<run_clock> clock) {
  const auto steps_before = plan.resume ? plan.resume->total_steps : 0;
  return {.clock = clock,
          .budget = std::make_shared<run_budget>(plan.budget, clock, steps_before),
          .plane = make_shared_memory_plane()};
}

caf::behavior supervisor_actor(self_ptr self, std::shared_ptr<const cluster_plan> plan, run_services services) {
  auto& state = self->state;
  state.services = std::move(services);
  state.groups = plan->resume ? plan->resume->groups : std::vector<leadership_state>(plan->own_groups().count);
  state.global = plan->resume ? plan->resume->global : leadership_state{};
  state.plan = std::move(plan);
  const auto self_handle = caf::actor_cast<caf::actor>(self);
  auto decision_watchers = state.plan->watchers;
  decision_watchers.add(self_handle);
  state.cluster = spawn_cluster(self->system(), self_handle, decision_watchers, state.plan, state.services);
  state.busy = state.cluster.computes.size();
  self->set_down_handler([self](const caf::down_msg& down) { handle_down(self, down); });
  for (const auto& compute : state.cluster.computes) {
    self->monitor(compute);
    self->send(compute, prepare{});
  }

  return {
    [self](worker_ready) { one_less_busy(self); },
    [self](worker_finished) { one_less_busy(self); },
    [self](const failure& report) { lose(self, report); },
    [self](const leader_announcement& decision) { note_decision(self->state, decision); },
    [self](look_at_clock) { look_at_the_clock(self); },
    [self](stop_run) { self->state.services.budget->cancel(); },
  };
}

} // namespace paceline
