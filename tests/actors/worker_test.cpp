#include "actors/worker.hpp"

#include "actors/type_ids.hpp"
#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// A worker's voice whose compute actor is in the midst of a step: it hears messages, and answers none.
class voice {
 public:
  voice() {
    auto ignoring = [this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const take_snapshot& order) { asked_.push_back(order.decision); }};
    };
    const auto compute = system_.spawn(ignoring);
    worker_ = system_.spawn(worker_actor, worker_id{0, 1}, caf::actor(), plane);
    caf::anon_send(worker_, compute_of_worker{compute, parameters});
  }

  ~voice() {
    caf::anon_send_exit(worker_, caf::exit_reason::user_shutdown);
    scheduler().run();
  }

  voice(const voice&) = delete;
  voice& operator=(const voice&) = delete;

  /// The decisions for which the compute actor has been asked until now.
  const std::vector<leader_announcement>& tell(const leader_announcement& decision) {
    caf::anon_send(worker_, decision);
    scheduler().run();
    return asked_;
  }

  std::shared_ptr<parameter_plane> plane = make_shared_memory_plane();
  std::shared_ptr<live_parameters> parameters = std::make_shared<live_parameters>();

 private:
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  std::vector<leader_announcement> asked_;
  deterministic_settings settings_;
  caf::actor_system system_{settings_};
  caf::actor worker_;
};

worker_training training_of(const worker_id id) {
  return {{.id = id, .strategy = {.loss_window = 3}, .learning_rate = 0.1},
          make_host_trainer(std::make_unique<quadratic>(), {.learning_rate = 0.1}, 7),
          std::make_shared<snapshot_slot>(),
          std::make_shared<snapshot_slot>(),
          std::make_shared<run_clock>([] { return 0ns; })};
}

const leader_announcement lead{.scope = scope::group, .term = 2, .decision = 5, .leader = {0, 1}, .loss = 0.5};

} // namespace

TEST_CASE("an elected worker's parameters are published without its compute actor, which may be in a step") {
  voice worker;
  auto training = training_of({0, 1});
  training.step(0);
  worker.parameters->open(training);
  REQUIRE(worker.tell(lead).empty());
  const auto published = worker.plane->newest(scope::group, 0);
  REQUIRE(published != nullptr);
  REQUIRE(published->leader == worker_id{0, 1});
  REQUIRE(published->leader_steps == 1);
  REQUIRE(published->term == 2);
  REQUIRE(published->decision == 5);
  REQUIRE(published->parameters == training.save().training.parameters);
  REQUIRE(training.progress().counters.snapshots_taken == 1);
}

TEST_CASE("where an elected worker's parameters cannot be copied now its compute actor is asked for them") {
  voice worker;
  auto training = training_of({0, 1});
  if (GENERATE(false, true)) {
    worker.parameters->open(training);
    worker.parameters->close();
  }
  REQUIRE(worker.tell(lead).size() == 1);
  REQUIRE(worker.plane->newest(scope::group, 0) == nullptr);
}

TEST_CASE("a worker publishes nothing where another is elected") {
  voice worker;
  auto training = training_of({0, 1});
  worker.parameters->open(training);
  auto other = lead;
  other.leader = {0, 0};
  REQUIRE(worker.tell(other).empty());
  REQUIRE(worker.plane->newest(scope::group, 0) == nullptr);
}
