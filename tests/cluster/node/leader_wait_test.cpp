#include "cluster/node/leader_wait.hpp"
#include "tests/catch.hpp"

#include <atomic>
#include <thread>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

// Far beyond what any of these tests takes.
constexpr auto long_time = 10min;

} // namespace

TEST_CASE("a node that starts takes the leader that is there already") {
  const auto leader = std::make_shared<const leader_snapshot>();
  leader_wait wait(3, long_time, [&] { return leader; });
  CHECK(wait.wait() == leader);
}

TEST_CASE("a node that starts waits for a leader while another one trains") {
  const auto leader = std::make_shared<const leader_snapshot>();
  std::atomic<int> looked = 0;
  leader_wait wait(2, long_time, [&]() -> snapshot_ptr { return ++looked < 5 ? nullptr : leader; });
  wait.note({.heard = 2, .one_trains = true});
  CHECK(wait.wait() == leader);
  CHECK(looked == 5);
}

TEST_CASE("a node that starts with all others does not wait for a leader") {
  leader_wait wait(2, long_time, [] { return nullptr; });
  wait.note({.heard = 1});
  std::thread later([&] { wait.note({.heard = 2}); });
  CHECK(wait.wait() == nullptr);
  later.join();
}

TEST_CASE("a node that nobody answers starts when its patience has run out") {
  leader_wait wait(2, 20ms, [] { return nullptr; });
  CHECK(wait.wait() == nullptr);
  // The patience is the node's, not each worker's.
  CHECK(wait.wait() == nullptr);
}

TEST_CASE("a node that is refused waits no longer") {
  leader_wait wait(2, long_time, [] { return nullptr; });
  wait.cancel();
  CHECK(wait.wait() == nullptr);
}
