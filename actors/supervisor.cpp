#include "actors/supervisor.hpp"

#include "actors/supervisor_restarts.hpp"
#include "actors/supervisor_side_work.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <type_traits>

namespace paceline {
namespace {

using supervisor_ptr = caf::stateful_actor<supervisor_state>*;
using phase = supervisor_state::phase;

constexpr auto look_interval = std::chrono::milliseconds(100);

void kill(supervisor_ptr self, worker_id id, const std::string& why);

void end_run(supervisor_ptr self) {
  auto& state = self->state;
  for (const auto& [actor, name] : state.ending)
    state.result.stuck.push_back(name);
  if (!state.ending.empty()) {
    std::string names;
    for (const auto& name : state.result.stuck)
      names += (names.empty() ? "" : ", ") + name;
    side_work::note_failure(self, failure_code::shutdown_stuck, "did not end in time: " + names);
  }
  state.plan->watchers.tell(state.result);
  self->quit();
}

/// Ends all actors; the run's end follows when the last of them is down, or time is up.
void end_actors(supervisor_ptr self) {
  auto& state = self->state;
  state.now = phase::ending;
  for (const auto& [actor, name] : actors_of(state.cluster, *state.plan)) {
    state.ending.emplace_back(actor.address(), name);
    self->monitor(actor);
  }
  end_cluster(state.cluster);
}

/// The end of training: waits for a test or write under way, then takes the last state, writes it, and tests it, which may take long.
void finish(supervisor_ptr self) {
  auto& state = self->state;
  if (state.testing || state.writing)
    return;
  side_work::gather(self, [self](const run_state_ptr& run) {
    self->state.result.state = run;
    side_work::write(self, run, [self, run] {
      side_work::test(self, run, [self](const auto& found) {
        self->state.result.final_test = found;
        end_actors(self);
      });
    });
  });
}

void begin_finishing(supervisor_ptr self) {
  auto& state = self->state;
  state.now = phase::finishing;
  state.services.clock->stop();
  finish(self);
}

void side_work_done(supervisor_ptr self, bool& flag) {
  flag = false;
  if (self->state.now == phase::finishing)
    finish(self);
}

/// Nobody makes a step any more, and nobody who is on the way back will.
bool all_done(const supervisor_state& state) {
  return state.busy == 0 || (state.services.budget->exhausted() && state.busy == restarts::under_way(state));
}

void look_at_the_ending(supervisor_ptr self) {
  auto& state = self->state;
  state.ending_for += look_interval;
  if (state.ending_for >= state.plan->shutdown_time)
    end_run(self);
}

/// What a worker does in a step that never ends must not keep the run from ending.
void leave_behind(supervisor_ptr self) {
  auto& state = self->state;
  state.over_for += look_interval;
  if (state.over_for < state.plan->last_step_time)
    return;
  for (const auto id : state.plan->worker_ids()) {
    const auto& worker = state.workers[state.plan->position(id)];
    if (worker.now == supervised_worker::place::riding && !worker.finished)
      kill(self, id, "did not come to the end of its last step in time");
  }
}

void look_at_the_clock(supervisor_ptr self) {
  auto& state = self->state;
  if (state.now == phase::ending)
    return look_at_the_ending(self);
  if (state.now != phase::training)
    return;
  restarts::start_due(self);
  if (state.services.budget->cancelled() && state.cluster.centre)
    self->send(way_to_centre(state.cluster), close_centre{});
  if (state.services.budget->exhausted())
    leave_behind(self);
  if (state.now != phase::training)
    return;
  if (all_done(state))
    return begin_finishing(self);
  const auto time = state.services.clock->training_time();
  // The last ones come anyway once the workers are done.
  const bool goes_on = !state.services.budget->exhausted();
  const bool test_due = goes_on && state.cluster.evaluator && state.test_timer.due(time) && !state.testing;
  const bool write_due = goes_on && state.cluster.checkpointer && state.checkpoint_timer.due(time) && !state.writing;
  if (test_due) {
    state.testing = true;
    state.test_timer.done(time);
  }
  if (write_due) {
    state.writing = true;
    state.checkpoint_timer.done(time);
  }
  if (test_due || write_due)
    side_work::gather(self, [self, test_due, write_due](const run_state_ptr& run) {
      if (test_due)
        side_work::test(self, run, [self](const auto&) { side_work_done(self, self->state.testing); });
      if (write_due)
        side_work::write(self, run, [self] { side_work_done(self, self->state.writing); });
    });
}

void begin(supervisor_ptr self) {
  auto& state = self->state;
  const auto workers = side_work::live(state);
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
}

void one_less_busy(supervisor_ptr self) {
  auto& state = self->state;
  if (state.busy > 0)
    --state.busy;
  if (state.now == phase::preparing && state.busy == 0)
    begin(self);
  else if (state.now == phase::training && all_done(state))
    begin_finishing(self);
}

/// Whether the message at hand comes from who holds that worker's place now, not from one that was there before.
bool is_from(supervisor_ptr self, worker_id id) {
  const auto& cluster = self->state.cluster;
  const auto& sender = self->current_sender();
  return cluster.conductor ? sender == cluster.conductor || sender == cluster.computes[self->state.plan->position(id)]
                           : sender == cluster.computes[self->state.plan->position(id)];
}

void handle_ready(supervisor_ptr self, worker_id id) {
  auto& state = self->state;
  if (state.now == phase::ending || !is_from(self, id))
    return;
  if (state.now == phase::preparing)
    one_less_busy(self);
  else if (state.now == phase::training)
    restarts::complete(self, id);
}

void handle_finished(supervisor_ptr self, worker_id id) {
  auto& state = self->state;
  if (state.now != phase::training || !is_from(self, id))
    return;
  state.workers[state.plan->position(id)].finished = true;
  one_less_busy(self);
}

/// A compute actor is gone for good; its worker may come back.
void lose(supervisor_ptr self, const failure& report) {
  auto& state = self->state;
  const auto position = state.plan->position(report.worker);
  state.cluster.computes[position] = nullptr;
  auto& worker = state.workers[position];
  worker.lost_steps = std::max(worker.lost_steps, report.steps);
  state.plan->set_live(report.worker, false);
  state.result.failures.push_back(report);
  if (report.code == failure_code::picture_unreadable)
    state.services.budget->cancel();
  if (!restarts::schedule(self, report))
    one_less_busy(self);
}

/// A compute actor that could say nothing itself: tells those whom it would have told.
void lose_silent(supervisor_ptr self, worker_id id, const std::string& what) {
  auto& state = self->state;
  const auto position = state.plan->position(id);
  auto& vitals = *state.cluster.vitals[position];
  vitals.retired.store(true);
  const failure killed{
    .code = failure_code::worker_step_failed, .worker = id, .what = what, .steps = vitals.steps.load()};
  state.plan->watchers.tell(killed);
  self->send(state.cluster.conductor ? state.cluster.conductor : state.cluster.workers[position], killed);
  lose(self, killed);
}

/// Nobody is to wait for it.
void lose_centre(supervisor_ptr self, const std::string& why) {
  auto& state = self->state;
  state.cluster.centre = nullptr;
  side_work::note_failure(self, failure_code::centre_lost, "the strategy's centre ended early: " + why);
  state.services.budget->cancel();
  for (const auto& compute : side_work::live(state))
    self->send(compute, set_exchange{false});
}

void handle_down(supervisor_ptr self, const caf::down_msg& down) {
  auto& state = self->state;
  std::erase_if(state.ending, [&](const auto& left) { return left.first == down.source; });
  if (state.now == phase::ending) {
    if (state.ending.empty())
      end_run(self);
    return;
  }
  if (restarts::respawn_soft(self, down.source))
    return;
  if (state.cluster.centre && state.cluster.centre.address() == down.source)
    return lose_centre(self, caf::to_string(down.reason));
  if (state.cluster.node && state.cluster.node.address() == down.source) {
    side_work::note_failure(self, failure_code::node_actor_lost,
                            "this node's actor ended early: " + caf::to_string(down.reason));
    state.services.budget->cancel();
    return;
  }
  // Where a compute actor failed, it has said so and is not known any more; else it was killed.
  for (const auto id : state.plan->worker_ids()) {
    const auto& compute = state.cluster.computes[state.plan->position(id)];
    if (compute && compute.address() == down.source)
      lose_silent(self, id, "ended early: " + caf::to_string(down.reason));
  }
}

void kill(supervisor_ptr self, worker_id id, const std::string& why) {
  auto& state = self->state;
  if (state.now == phase::ending)
    return;
  const auto compute = state.cluster.computes.at(state.plan->position(id));
  if (!compute)
    return;
  state.ending.emplace_back(compute.address(), "worker " + to_string(id) + ", killed before");
  caf::anon_send_exit(compute, caf::exit_reason::kill);
  lose_silent(self, id, why);
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
  : now(phase::preparing), busy(0), testing(false), writing(false), over_for(0), ending_for(0) {}

std::shared_ptr<run_clock> make_clock(const cluster_plan& plan) {
  if (!plan.simulation)
    return std::make_shared<run_clock>();
  return std::make_shared<run_clock>([time = plan.simulation->time] { return std::chrono::nanoseconds(time->load()); });
}

run_services make_services(const cluster_plan& plan, std::shared_ptr<run_clock> clock) {
  const auto steps_before = plan.resume ? plan.resume->total_steps : 0;
  return {.clock = clock,
          .budget = std::make_shared<run_budget>(plan.budget, clock, steps_before),
          .plane = make_shared_memory_plane()};
}

caf::behavior supervisor_actor(supervisor_ptr self, std::shared_ptr<const cluster_plan> plan, run_services services) {
  auto& state = self->state;
  state.services = std::move(services);
  state.groups = plan->resume ? plan->resume->groups : std::vector<leadership_state>(plan->own_groups().count);
  state.global = plan->resume ? plan->resume->global : leadership_state{};
  state.plan = std::move(plan);
  const auto self_handle = caf::actor_cast<caf::actor>(self);
  state.decision_watchers = state.plan->watchers;
  state.decision_watchers.add(self_handle);
  state.cluster = spawn_cluster(self->system(), self_handle, state.decision_watchers, state.plan, state.services);
  for (const auto& leader : state.cluster.group_leaders)
    self->monitor(leader);
  for (const auto& worker : state.cluster.workers)
    self->monitor(worker);
  for (const auto& one : {state.cluster.global_leader, state.cluster.node, state.cluster.centre})
    if (one)
      self->monitor(one);
  state.busy = state.cluster.computes.size();
  state.workers.assign(state.busy, supervised_worker(state.plan->restarts));
  self->set_down_handler([self](const caf::down_msg& down) { handle_down(self, down); });
  for (const auto& compute : state.cluster.computes) {
    self->monitor(compute);
    self->send(compute, prepare{});
  }
  self->delayed_send(self, look_interval, look_at_clock{});

  return {
    [self](worker_ready event) { handle_ready(self, event.worker); },
    [self](worker_finished event) { handle_finished(self, event.worker); },
    [self](const failure& report) {
      if (self->state.now != phase::ending && is_from(self, report.worker))
        lose(self, report);
    },
    [self](kill_worker order) { kill(self, order.worker, "killed"); },
    [self](const leader_announcement& decision) { note_decision(self->state, decision); },
    [self](look_at_clock) {
      self->delayed_send(self, look_interval, look_at_clock{});
      look_at_the_clock(self);
    },
    [self](stop_run) { self->state.services.budget->cancel(); },
  };
}

} // namespace paceline
