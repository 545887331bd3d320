#include "actors/observers.hpp"

#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <thread>
#include <vector>

using namespace paceline;

namespace {

struct heard {
  int progress = 0;
  int pulls = 0;
  int decisions = 0;
};

caf::behavior slow_observer(caf::event_based_actor*, std::shared_ptr<heard> into, std::shared_ptr<backlog> waiting) {
  return {
    [=](const worker_progress&) {
      waiting->leave();
      ++into->progress;
    },
    [=](const pull_applied&) {
      waiting->leave();
      ++into->pulls;
    },
    [=](const leader_announcement&) { ++into->decisions; },
  };
}

} // namespace

TEST_CASE("an observer that falls behind misses progress and pulls, which are counted, and never a decision") {
  deterministic_settings settings;
  caf::actor_system system(settings);
  auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  const auto into = std::make_shared<heard>();
  const auto waiting = std::make_shared<backlog>(3);
  observers watchers;
  const auto observer = system.spawn(slow_observer, into, waiting);
  watchers.add(observer, waiting);
  for (int i = 0; i < 4; ++i) {
    watchers.tell(worker_progress{});
    watchers.tell(pull_applied{});
    watchers.tell(leader_announcement{});
  }
  watchers.tell_surely(worker_progress{});
  scheduler.run();
  CHECK(into->progress + into->pulls == 4);
  CHECK(into->decisions == 4);
  CHECK(waiting->dropped() == 5);
  // It has caught up.
  watchers.tell(pull_applied{});
  scheduler.run();
  CHECK(into->progress + into->pulls == 5);
  CHECK(waiting->dropped() == 5);
  caf::anon_send_exit(observer, caf::exit_reason::user_shutdown);
  scheduler.run();
}

TEST_CASE("a backlog that many fill holds no more than it may, and counts the rest") {
  backlog waiting(100);
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> entered = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n)
        entered += waiting.enter() ? 1 : 0;
    });
  for (auto& thread : threads)
    thread.join();
  // Those that were turned away took a place for a moment.
  REQUIRE(entered <= 100);
  REQUIRE(entered >= 97);
  REQUIRE(entered + waiting.dropped() == 4000);
}
