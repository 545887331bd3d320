#pragma once

#include "actors/parameter_plane.hpp"
#include "tests/catch.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace paceline {

/// What every parameter plane must do, for global snapshots that leave `leader` and arrive at `follower` (which may be one
/// plane). They need not arrive at once: each check waits until they have, far longer than any of them takes.
struct plane_under_test {
  std::shared_ptr<parameter_plane> leader;
  std::shared_ptr<parameter_plane> follower;
  /// A global snapshot that the plane accepts.
  std::function<snapshot_ptr(std::uint64_t term, std::uint64_t decision)> snapshot;
};

/// The next snapshot of a slot; nullptr where none comes.
inline snapshot_ptr await(snapshot_slot& slot) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < until) {
    if (auto snapshot = slot.take())
      return snapshot;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return nullptr;
}

inline void check_that_followers_get_what_leaders_publish(const plane_under_test& plane) {
  const auto one = plane.follower->subscribe(scope::global, 0);
  const auto other = plane.follower->subscribe(scope::global, 5);
  const auto sent = plane.snapshot(1, 1);
  plane.leader->publish(sent);
  const auto taken = await(*one);
  REQUIRE(taken);
  REQUIRE(taken->parameters == sent->parameters);
  REQUIRE(taken->leader == sent->leader);
  REQUIRE(taken->term == 1);
  REQUIRE(taken->decision == 1);
  // All followers of one process read one buffer.
  REQUIRE(await(*other) == taken);
  REQUIRE(plane.follower->newest(scope::global, 0) == taken);
}

inline void check_that_followers_take_rising_decisions_and_the_last(const plane_under_test& plane) {
  const auto slot = plane.follower->subscribe(scope::global, 0);
  constexpr std::uint64_t last = 2000;
  std::thread publisher([&] {
    for (std::uint64_t decision = 1; decision <= last; ++decision)
      plane.leader->publish(plane.snapshot(decision > last / 2 ? 4 : 3, decision));
  });
  std::pair<std::uint64_t, std::uint64_t> taken{0, 0};
  bool rising = true;
  while (taken.second < last) {
    const auto snapshot = await(*slot);
    if (!snapshot)
      break;
    const std::pair order{snapshot->term, snapshot->decision};
    rising = rising && order > taken;
    taken = order;
  }
  publisher.join();
  REQUIRE(rising);
  REQUIRE(taken == std::pair<std::uint64_t, std::uint64_t>(4, last));
}

inline void check_that_an_older_term_is_never_taken(const plane_under_test& plane) {
  const auto slot = plane.follower->subscribe(scope::global, 0);
  plane.leader->publish(plane.snapshot(7, 1));
  REQUIRE(await(*slot)->term == 7);
  plane.leader->publish(plane.snapshot(6, 99));
  plane.leader->publish(plane.snapshot(7, 1));
  plane.leader->publish(plane.snapshot(7, 2));
  REQUIRE(await(*slot)->decision == 2);
}

inline void check_that_memory_is_bounded(const plane_under_test& plane) {
  const auto slot = plane.follower->subscribe(scope::global, 0);
  std::vector<std::weak_ptr<const leader_snapshot>> published;
  constexpr std::uint64_t last = 200;
  for (std::uint64_t decision = 1; decision <= last; ++decision) {
    const auto sent = plane.snapshot(9, decision);
    published.push_back(sent);
    plane.leader->publish(sent);
  }
  snapshot_ptr taken;
  do {
    taken = await(*slot);
    REQUIRE(taken);
  } while (taken->decision < last);
  // Of what was superseded nothing is left, once the last has come.
  std::size_t alive = 0;
  for (const auto& each : published)
    alive += !each.expired();
  REQUIRE(alive <= 1);
}

} // namespace paceline
