#pragma once

#include "actors/actor_system.hpp"
#include "actors/cluster_plan.hpp"
#include "actors/supervisor.hpp"
#include "compute/errors.hpp"
#include "compute/host_trainer.hpp"
#include "tests/actors/quadratic.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace paceline {

/// Everything that a run told its observers.
struct recorded_run {
  std::vector<worker_progress> progress;
  std::vector<leader_announcement> decisions;
  std::vector<pull_applied> pulls;
  std::vector<centre_exchanged> exchanges;
  std::vector<worker_recovered> recoveries;
  std::vector<worker_restarted> restarts;
  std::vector<evaluation> evaluations;
  std::vector<failure> failures;
  std::vector<node_joined> joined;
  std::vector<node_lost> lost;
  std::vector<seat_taken> seats;
  std::vector<probe_request> probes;
  run_finished end;
  bool finished = false;
};

/// Records a run, and asks its supervisor (named by a message) to stop once so many decisions were made.
inline caf::behavior recording_actor(caf::stateful_actor<caf::actor>* self, std::shared_ptr<recorded_run> into,
                                     std::size_t stop_after_decisions) {
  return {
    [into](const worker_progress& event) { into->progress.push_back(event); },
    [self](const caf::actor& supervisor) { self->state = supervisor; },
    [=](const leader_announcement& event) {
      into->decisions.push_back(event);
      if (into->decisions.size() == stop_after_decisions)
        self->send(self->state, stop_run{});
    },
    [into](const pull_applied& event) { into->pulls.push_back(event); },
    [into](const centre_exchanged& event) { into->exchanges.push_back(event); },
    [into](const worker_recovered& event) { into->recoveries.push_back(event); },
    [into](const worker_restarted& event) { into->restarts.push_back(event); },
    [into](const evaluation& event) { into->evaluations.push_back(event); },
    [into](const failure& event) { into->failures.push_back(event); },
    [into](const node_joined& event) { into->joined.push_back(event); },
    [into](const node_lost& event) { into->lost.push_back(event); },
    [into](const seat_taken& event) { into->seats.push_back(event); },
    [into](const probe_request& event) { into->probes.push_back(event); },
    [into](const run_finished& event) {
      into->end = event;
      into->finished = true;
    },
  };
}

/// Settings for CAF's deterministic scheduler: one thread, no time but that which a test lets pass.
class deterministic_settings : public actor_system_settings {
 public:
  deterministic_settings() { set("scheduler.policy", caf::atom("testing")); }
};

/// A cluster of workers on noisy quadratics, each with its own start and noise.
inline cluster_plan quadratic_plan(std::uint32_t groups, std::uint32_t per_group, std::uint64_t steps_per_worker) {
  cluster_plan plan;
  plan.groups = groups;
  plan.workers_per_group = per_group;
  plan.strategy = {.period_group = 4, .period_global = 8, .loss_window = 3};
  plan.learning_rate = 0.05;
  plan.budget.total_steps = steps_per_worker * groups * per_group;
  plan.make_trainer = [](worker_id id) {
    const std::uint64_t seed = 100 + 10 * id.group + id.index;
    return make_host_trainer(std::make_unique<quadratic>(8, 0.5f, seed), {.learning_rate = 0.05, .momentum = 0.9},
                             seed);
  };
  plan.own_threads = false;
  return plan;
}

/// Lets actors handle messages one by one, the next actor drawn at random, until none has any: an interleaving that
/// differs with the seed and is the same for the same seed. (CAF's own run() stays with one actor as long as it has messages.)
inline void run_interleaved(caf::scheduler::test_coordinator& scheduler, counter_random& random) {
  while (!scheduler.jobs.empty()) {
    std::swap(scheduler.jobs.front(), scheduler.jobs[random.below(scheduler.jobs.size())]);
    scheduler.try_run_once();
    // The supervisor looks at the clock by a delayed message; in time that only passes with work, that is now and then.
    if (random.below(50) == 0)
      scheduler.advance_time(std::chrono::milliseconds(100));
  }
}

/// A plan that runs on the deterministic scheduler, as far as a test lets it.
class simulated_run {
 public:
  explicit simulated_run(cluster_plan plan, std::size_t stop_after_decisions = 0, std::uint64_t seed = 1)
    : system_(settings_),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
      random_(seed),
      recorder_(system_.spawn(recording_actor, record_, stop_after_decisions)) {
    plan.watchers.add(recorder_);
    const auto shared_plan = std::make_shared<const cluster_plan>(std::move(plan));
    // Every look at the clock costs a microsecond.
    const auto clock = shared_plan->simulation
                         ? make_clock(*shared_plan)
                         : std::make_shared<run_clock>([time = std::make_shared<std::chrono::microseconds>(0)] {
                             return std::chrono::nanoseconds(++*time);
                           });
    services_ = make_services(*shared_plan, clock);
    supervisor_ = system_.spawn(supervisor_actor, shared_plan, services_);
    caf::anon_send(recorder_, supervisor_);
  }

  ~simulated_run() {
    caf::anon_send_exit(recorder_, caf::exit_reason::user_shutdown);
    scheduler_.run();
  }

  simulated_run(const simulated_run&) = delete;
  simulated_run& operator=(const simulated_run&) = delete;

  /// So many messages, one by one, the next actor drawn at random: an interleaving that differs with the seed. `before` sees whose
  /// turn it is.
  void run_some(int messages, const std::function<void(caf::local_actor&)>& before = {}) {
    for (int i = 0; i < messages && !scheduler_.jobs.empty(); ++i) {
      std::swap(scheduler_.jobs.front(), scheduler_.jobs[random_.below(scheduler_.jobs.size())]);
      if (auto* next = dynamic_cast<caf::local_actor*>(scheduler_.jobs.front()); next != nullptr && before)
        before(*next);
      scheduler_.try_run_once();
    }
  }

  void pass_time(std::chrono::milliseconds time) { scheduler_.advance_time(time); }

  void run_to_end() {
    for (int i = 0; i < 1000 && !record_->finished; ++i) {
      run_interleaved(scheduler_, random_);
      scheduler_.trigger_timeouts();
    }
  }

  template <class Order>
  void tell_supervisor(const Order& order) {
    caf::anon_send(supervisor_, order);
  }

  const recorded_run& record() const { return *record_; }
  const run_services& services() const { return services_; }

 private:
  deterministic_settings settings_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  counter_random random_;
  std::shared_ptr<recorded_run> record_ = std::make_shared<recorded_run>();
  caf::actor recorder_;
  run_services services_;
  caf::actor supervisor_;
};

/// Runs a plan on the deterministic scheduler, to its end or until so many decisions were made, and returns what was told.
inline recorded_run run_to_end(cluster_plan plan, std::size_t stop_after_decisions = 0, std::uint64_t seed = 1) {
  simulated_run run(std::move(plan), stop_after_decisions, seed);
  run.run_to_end();
  return run.record();
}

} // namespace paceline
