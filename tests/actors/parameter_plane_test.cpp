#include "actors/parameter_plane.hpp"

#include "tests/actors/parameter_plane_suite.hpp"
#include "tests/catch.hpp"

using namespace paceline;

namespace {

snapshot_ptr snapshot_of(scope of, std::uint32_t group, std::uint64_t decision, std::uint64_t term = 0) {
  leader_snapshot snapshot;
  snapshot.scope = of;
  snapshot.group = group;
  snapshot.term = term;
  snapshot.decision = decision;
  snapshot.parameters = {1.0f, 2.0f};
  return std::make_shared<const leader_snapshot>(std::move(snapshot));
}

} // namespace

TEST_CASE("a snapshot reaches every follower of its group, as one shared buffer, and nobody else") {
  const auto plane = make_shared_memory_plane();
  const auto a = plane->subscribe(scope::group, 0);
  const auto b = plane->subscribe(scope::group, 0);
  const auto other_group = plane->subscribe(scope::group, 1);
  const auto global = plane->subscribe(scope::global, 0);
  const auto sent = snapshot_of(scope::group, 0, 1);
  plane->publish(sent);
  REQUIRE(a->take() == sent);
  REQUIRE(b->take() == sent);
  REQUIRE(other_group->take() == nullptr);
  REQUIRE(global->take() == nullptr);
}

TEST_CASE("a global snapshot reaches the followers of all groups") {
  const auto plane = make_shared_memory_plane();
  const auto slot = plane->subscribe(scope::global, 0);
  plane->publish(snapshot_of(scope::global, 7, 1));
  REQUIRE(slot->take() != nullptr);
}

TEST_CASE("only the newest snapshot matters: a newer one replaces an older one, and an older one is refused") {
  const auto plane = make_shared_memory_plane();
  const auto slot = plane->subscribe(scope::group, 0);
  plane->publish(snapshot_of(scope::group, 0, 1));
  plane->publish(snapshot_of(scope::group, 0, 3));
  plane->publish(snapshot_of(scope::group, 0, 2));
  REQUIRE(slot->superseded() == 1);
  REQUIRE(slot->take()->decision == 3);
  REQUIRE(slot->take() == nullptr);
  plane->publish(snapshot_of(scope::group, 0, 3));
  REQUIRE(slot->take() == nullptr);
}

TEST_CASE("a snapshot of a higher term replaces all of lower ones, and refuses those that come after it") {
  const auto plane = make_shared_memory_plane();
  const auto slot = plane->subscribe(scope::global, 0);
  plane->publish(snapshot_of(scope::global, 0, 90, 3));
  plane->publish(snapshot_of(scope::global, 0, 5, 4));
  REQUIRE(slot->take()->term == 4);
  plane->publish(snapshot_of(scope::global, 0, 91, 3));
  REQUIRE(slot->take() == nullptr);
}

TEST_CASE("memory held by snapshots is bounded: a superseded one is freed at once") {
  const auto plane = make_shared_memory_plane();
  const auto slot = plane->subscribe(scope::group, 0);
  auto first = snapshot_of(scope::group, 0, 1);
  const std::weak_ptr<const leader_snapshot> watched = first;
  plane->publish(first);
  first.reset();
  REQUIRE_FALSE(watched.expired());
  plane->publish(snapshot_of(scope::group, 0, 2));
  REQUIRE(watched.expired());
}

TEST_CASE("the newest snapshot of each scope and group is kept for who comes late, whatever the order they came in") {
  const auto plane = make_shared_memory_plane();
  REQUIRE(plane->newest(scope::global, 0) == nullptr);
  const auto global = snapshot_of(scope::global, 3, 2);
  const auto of_group = snapshot_of(scope::group, 1, 7);
  plane->publish(global);
  plane->publish(of_group);
  plane->publish(snapshot_of(scope::global, 0, 1));
  REQUIRE(plane->newest(scope::global, 9) == global);
  REQUIRE(plane->newest(scope::group, 1) == of_group);
  REQUIRE(plane->newest(scope::group, 0) == nullptr);
}

TEST_CASE("a follower that dropped its slot costs nothing more") {
  const auto plane = make_shared_memory_plane();
  auto slot = plane->subscribe(scope::group, 0);
  slot.reset();
  const auto sent = snapshot_of(scope::group, 0, 1);
  plane->publish(sent);
  REQUIRE(sent.use_count() == 2); // ours, and the plane's newest
}

TEST_CASE("the plane inside one process passes the suite of parameter planes") {
  const auto plane = make_shared_memory_plane();
  const plane_under_test both_sides{plane, plane, [](std::uint64_t term, std::uint64_t decision) {
                                      auto snapshot = *snapshot_of(scope::global, 0, decision);
                                      snapshot.term = term;
                                      return std::make_shared<const leader_snapshot>(std::move(snapshot));
                                    }};
  check_that_followers_get_what_leaders_publish(both_sides);
  check_that_followers_take_rising_decisions_and_the_last(both_sides);
  check_that_an_older_term_is_never_taken(both_sides);
  check_that_memory_is_bounded(both_sides);
}
