// What a supervisor does about actors that are killed, or stuck.
#include "actors/supervisor.hpp"

#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <atomic>
#include <future>

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("a group leader or global leader that is killed is replaced, and decides on under a higher term") {
  const std::string killed = GENERATE("group_leader", "global_leader");
  auto plan = quadratic_plan(1, 2, 1'000'000);
  plan.strategy.period_group = 32;
  plan.strategy.period_global = 64;
  simulated_run run(std::move(plan));
  const auto& record = run.record();
  const auto scope_killed = killed == "global_leader" ? scope::global : scope::group;
  const auto of_scope = [&](std::size_t from) {
    std::vector<leader_announcement> decisions;
    for (std::size_t i = from; i < record.decisions.size(); ++i)
      if (record.decisions[i].scope == scope_killed)
        decisions.push_back(record.decisions[i]);
    return decisions;
  };
  run.run_some(5000);
  REQUIRE_FALSE(of_scope(0).empty());
  bool alive = true;
  run.run_some(5000, [&](caf::local_actor& next) {
    if (alive && next.name() == killed) {
      caf::anon_send_exit(next.address(), caf::exit_reason::kill);
      alive = false;
    }
  });
  REQUIRE_FALSE(alive);
  const auto before = record.decisions.size();
  run.run_some(5000);
  const auto after = of_scope(before);
  REQUIRE_FALSE(after.empty());
  REQUIRE(after.back().term > of_scope(0).front().term);
  run.tell_supervisor(stop_run{});
  run.run_to_end();
  REQUIRE(record.finished);
  REQUIRE(record.end.failures.empty());
}

TEST_CASE("a worker's actor that is killed is replaced, and its worker can lead again") {
  auto plan = quadratic_plan(1, 2, 1'000'000);
  plan.strategy.period_group = 32;
  simulated_run run(std::move(plan));
  const auto& record = run.record();
  run.run_some(5000);
  int left = 2;
  run.run_some(5000, [&](caf::local_actor& next) {
    if (left > 0 && next.name() == std::string("worker")) {
      caf::anon_send_exit(next.address(), caf::exit_reason::kill);
      --left;
    }
  });
  REQUIRE(left == 0);
  const auto before = record.decisions.size();
  const auto pulls_before = record.pulls.size();
  run.run_some(20'000);
  REQUIRE(record.decisions.size() > before);
  REQUIRE(record.pulls.size() > pulls_before);
  run.tell_supervisor(stop_run{});
  run.run_to_end();
  REQUIRE(record.finished);
  REQUIRE(record.end.failures.empty());
}

namespace {

/// A step that is entered and does not end before the gate opens.
struct gate {
  std::promise<void> entered;
  std::promise<void> open;
};

struct stopping final : objective {
  quadratic goal;
  std::shared_ptr<gate> at;
  std::shared_future<void> opened;
  stopping(std::shared_ptr<gate> where, std::shared_future<void> until)
    : at(std::move(where)), opened(std::move(until)) {}
  const parameter_layout& layout() const override { return goal.layout(); }
  void initialise(std::span<float> x, std::uint64_t seed) const override { goal.initialise(x, seed); }
  double loss_and_gradient(std::span<const float> x, std::span<float> g, std::uint64_t step) override {
    if (step == 5) {
      at->entered.set_value();
      opened.wait();
      throw std::runtime_error("nobody hears this");
    }
    return goal.loss_and_gradient(x, g, step);
  }
  double probe_loss(std::span<const float> x) override { return goal.probe_loss(x); }
};

/// Two workers with threads, since only a thread can be stuck; the first incarnation of 0.1 stops in its fifth step.
cluster_plan plan_with_a_stuck_worker(const std::shared_ptr<gate>& stuck) {
  auto plan = quadratic_plan(1, 2, 1'000'000'000);
  plan.restarts = {.most = 5, .first_wait = 0ns};
  plan.own_threads = true;
  plan.shutdown_time = 300ms;
  const auto opened = stuck->open.get_future().share();
  plan.make_trainer = [=, first = std::make_shared<std::atomic<bool>>(true)](worker_id id) {
    if (id.index == 1 && first->exchange(false))
      return make_host_trainer(std::make_unique<stopping>(stuck, opened), {.learning_rate = 0.05}, 1);
    return make_host_trainer(std::make_unique<quadratic>(8, 0.5f, id.index), {.learning_rate = 0.05}, id.index);
  };
  return plan;
}

} // namespace

TEST_CASE("a killed worker that is stuck in a step is replaced, says no more, and is named where it outlasts the run") {
  // Every wait below is for an event, none for a time.
  const auto stuck = std::make_shared<gate>();
  auto plan = plan_with_a_stuck_worker(stuck);
  actor_system_settings settings;
  caf::actor_system system(settings);
  std::promise<worker_restarted> restarted;
  std::promise<run_finished> finished;
  std::vector<failure> failures;
  const auto listener = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::drop);
    return {
      [&](const worker_restarted& event) { restarted.set_value(event); },
      [&](const failure& event) { failures.push_back(event); },
      [&, self](const run_finished& event) {
        finished.set_value(event);
        self->quit();
      },
    };
  });
  plan.watchers.add(listener);
  const auto shared_plan = std::make_shared<const cluster_plan>(std::move(plan));
  const auto supervisor =
    system.spawn(supervisor_actor, shared_plan, make_services(*shared_plan, std::make_shared<run_clock>()));
  stuck->entered.get_future().wait();
  caf::anon_send(supervisor, kill_worker{{0, 1}});
  const auto event = restarted.get_future().get();
  REQUIRE(event.worker == worker_id{0, 1});
  REQUIRE(event.steps == 5);
  caf::anon_send(supervisor, stop_run{});
  const auto end = finished.get_future().get();
  stuck->open.set_value();
  system.await_all_actors_done();
  // On a busy machine others may be late as well.
  REQUIRE(std::count(end.stuck.begin(), end.stuck.end(), "worker 0.1, killed before") == 1);
  REQUIRE(end.failures.back().code == failure_code::shutdown_stuck);
  for (const auto& told : failures)
    REQUIRE(told.what != "nobody hears this");
}

TEST_CASE("a worker that is stuck in a step when the run ends is left behind and named, and the others' end is kept") {
  const auto stuck = std::make_shared<gate>();
  auto plan = plan_with_a_stuck_worker(stuck);
  plan.last_step_time = 300ms;
  actor_system_settings settings;
  caf::actor_system system(settings);
  std::promise<run_finished> finished;
  const auto listener = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::drop);
    return {
      [&, self](const run_finished& event) {
        finished.set_value(event);
        self->quit();
      },
    };
  });
  plan.watchers.add(listener);
  const auto shared_plan = std::make_shared<const cluster_plan>(std::move(plan));
  const auto supervisor =
    system.spawn(supervisor_actor, shared_plan, make_services(*shared_plan, std::make_shared<run_clock>()));
  stuck->entered.get_future().wait();
  caf::anon_send(supervisor, stop_run{});
  const auto end = finished.get_future().get();
  stuck->open.set_value();
  system.await_all_actors_done();
  REQUIRE(end.state);
  REQUIRE(end.state->workers.size() == 1);
  REQUIRE(end.failures.front().worker == worker_id{0, 1});
  REQUIRE_THAT(end.failures.front().what, Catch::Matchers::ContainsSubstring("its last step"));
  REQUIRE(std::count(end.stuck.begin(), end.stuck.end(), "worker 0.1, killed before") == 1);
}
