// Coordinators that are gone, and others in their places, on CAF's deterministic scheduler.
#include "actors/cluster_actors.hpp"

#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <memory>

using namespace paceline;

namespace {

/// A cluster without a supervisor: a test ends its actors and replaces them.
class unsupervised_cluster {
 public:
  unsupervised_cluster()
    : system_(settings_), scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {
    auto plan = quadratic_plan(2, 2, 1'000'000);
    plan.strategy.period_group = 64;
    plan.strategy.period_global = 128;
    recorder_ = system_.spawn(recording_actor, record_, std::size_t{0});
    plan.watchers.add(recorder_);
    watchers_ = plan.watchers;
    plan_ = std::make_shared<const cluster_plan>(std::move(plan));
    services_ =
      make_services(*plan_, std::make_shared<run_clock>([this] { return std::chrono::nanoseconds(++time_); }));
    const auto nobody = system_.spawn([](caf::event_based_actor*) -> caf::behavior {
      return {[](worker_ready) {}, [](worker_finished) {}};
    });
    cluster_ = spawn_cluster(system_, nobody, watchers_, plan_, services_);
    services_.clock->start();
    for (const auto& compute : cluster_.computes) {
      caf::anon_send(compute, prepare{});
      caf::anon_send(compute, begin_training{});
    }
    caf::anon_send_exit(nobody, caf::exit_reason::user_shutdown);
  }

  ~unsupervised_cluster() {
    for (const auto& [actor, name] : actors_of(cluster_, *plan_))
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    cluster_ = {};
    caf::anon_send_exit(recorder_, caf::exit_reason::user_shutdown);
    handle_messages(100'000);
  }

  void handle_messages(int most) {
    for (int i = 0; i < most && !scheduler_.jobs.empty(); ++i) {
      std::swap(scheduler_.jobs.front(), scheduler_.jobs[random_.below(scheduler_.jobs.size())]);
      scheduler_.try_run_once();
    }
  }

  void end(const caf::actor& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    handle_messages(2000);
  }

  const spawned_cluster& actors() const { return cluster_; }

  void respawn_group_leader(std::uint32_t group, const leadership_state& known) {
    paceline::respawn_group_leader(system_, cluster_, watchers_, *plan_, services_, group, known);
  }

  void respawn_global_leader(const leadership_state& known) {
    paceline::respawn_global_leader(system_, cluster_, watchers_, *plan_, services_, known);
  }

  std::vector<leader_announcement> decisions(scope of, std::uint32_t group) const {
    std::vector<leader_announcement> found;
    for (const auto& decision : record_->decisions)
      if (decision.scope == of && decision.group == group)
        found.push_back(decision);
    return found;
  }

  std::size_t pulls(scope of, std::uint32_t group) const {
    const auto counts = [&](const pull_applied& pull) { return pull.scope == of && pull.worker.group == group; };
    return static_cast<std::size_t>(std::count_if(record_->pulls.begin(), record_->pulls.end(), counts));
  }

  std::uint64_t steps() const { return services_.budget->claimed(); }

 private:
  deterministic_settings settings_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  counter_random random_{1};
  std::int64_t time_ = 0;
  std::shared_ptr<recorded_run> record_ = std::make_shared<recorded_run>();
  caf::actor recorder_;
  observers watchers_;
  std::shared_ptr<const cluster_plan> plan_;
  run_services services_;
  spawned_cluster cluster_;
};

leadership_state known_from(const leader_announcement& last) {
  leadership_state known;
  known.term = last.term;
  known.decisions = last.decision;
  return known;
}

} // namespace

TEST_CASE("without a group leader its workers step on, and another one leads them under a higher term") {
  unsupervised_cluster cluster;
  cluster.handle_messages(20'000);
  cluster.end(cluster.actors().group_leaders[0]);
  const auto before = cluster.decisions(scope::group, 0);
  const auto of_others = cluster.decisions(scope::group, 1).size();
  const auto steps = cluster.steps();
  REQUIRE(before.size() > 3);
  cluster.handle_messages(20'000);
  REQUIRE(cluster.decisions(scope::group, 0).size() == before.size());
  REQUIRE(cluster.decisions(scope::group, 1).size() > of_others + 3);
  REQUIRE(cluster.steps() > steps + 2000);

  const auto pulls = cluster.pulls(scope::group, 0);
  cluster.respawn_group_leader(0, known_from(before.back()));
  cluster.handle_messages(20'000);
  const auto after = cluster.decisions(scope::group, 0);
  REQUIRE(after.size() > before.size() + 3);
  for (std::size_t i = before.size(); i < after.size(); ++i) {
    REQUIRE(after[i].term == before.back().term + 1);
    REQUIRE(after[i].decision == i + 1);
  }
  // Its workers take its decisions for newer than those of the one before.
  REQUIRE(cluster.pulls(scope::group, 0) > pulls + 3);
}

TEST_CASE("without a global leader groups go on under their own, and another one leads them under a higher term") {
  unsupervised_cluster cluster;
  cluster.handle_messages(20'000);
  cluster.end(cluster.actors().global_leader);
  const auto before = cluster.decisions(scope::global, 0);
  REQUIRE(before.size() > 3);
  const auto of_groups = cluster.decisions(scope::group, 0).size() + cluster.decisions(scope::group, 1).size();
  cluster.handle_messages(20'000);
  REQUIRE(cluster.decisions(scope::global, 0).size() == before.size());
  REQUIRE(cluster.decisions(scope::group, 0).size() + cluster.decisions(scope::group, 1).size() > of_groups + 6);

  const auto pulls = cluster.pulls(scope::global, 0);
  cluster.respawn_global_leader(known_from(before.back()));
  cluster.handle_messages(20'000);
  const auto after = cluster.decisions(scope::global, 0);
  REQUIRE(after.size() > before.size() + 3);
  REQUIRE(after[before.size()].term == before.back().term + 1);
  REQUIRE(after[before.size()].decision == before.back().decision + 1);
  REQUIRE(cluster.pulls(scope::global, 0) > pulls + 3);
}
