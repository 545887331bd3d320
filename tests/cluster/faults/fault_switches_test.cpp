#include "cluster/faults/fault_switches.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace paceline;

namespace {

using direction = link_filter::direction;

fault fault_of(fault_kind kind, std::optional<worker_id> worker = std::nullopt, double factor = 1) {
  fault f;
  f.kind = kind;
  f.worker = worker;
  f.factor = factor;
  return f;
}

fault cut(cut_direction which) {
  fault f;
  f.kind = fault_kind::cut;
  f.direction = which;
  return f;
}

constexpr worker_id first{1, 0};
constexpr worker_id second{1, 1};
const std::vector workers{first, second};

} // namespace

TEST_CASE("a fault goes on as long as it is among the active ones") {
  fault_switches switches(workers);
  switches.set(std::vector{fault_of(fault_kind::slow, first, 4), fault_of(fault_kind::false_loss, second)});
  CHECK(switches.of(first)->slowdown == 4);
  CHECK(!switches.of(first)->lies);
  CHECK(switches.of(second)->slowdown == 1);
  CHECK(switches.of(second)->lies);
  switches.set({});
  CHECK(switches.of(first)->slowdown == 1);
  CHECK(!switches.of(second)->lies);
}

TEST_CASE("of two faults that slow one worker the worse counts, and the other one when it has ended") {
  fault_switches switches(workers);
  const auto mild = fault_of(fault_kind::slow, first, 2);
  switches.set(std::vector{mild, fault_of(fault_kind::slow, first, 8)});
  REQUIRE(switches.of(first)->slowdown == 8);
  switches.set(std::vector{mild});
  REQUIRE(switches.of(first)->slowdown == 2);
}

TEST_CASE("a cut node loses what comes, what goes, or both") {
  fault_switches switches(workers);
  const auto lost = [&](std::vector<fault> active) {
    switches.set(active);
    return std::pair(switches.drops("b", direction::incoming), switches.drops("b", direction::outgoing));
  };
  CHECK(lost({}) == std::pair(false, false));
  CHECK(lost({cut(cut_direction::incoming)}) == std::pair(true, false));
  CHECK(lost({cut(cut_direction::outgoing)}) == std::pair(false, true));
  CHECK(lost({cut(cut_direction::both)}) == std::pair(true, true));
  CHECK(lost({cut(cut_direction::incoming), cut(cut_direction::outgoing)}) == std::pair(true, true));
}

TEST_CASE("frames are spoiled while a node's snapshots are corrupt, and never else") {
  fault_switches switches(workers);
  const std::vector<std::byte> sent(100, std::byte{7});
  auto frame = sent;
  switches.spoil(frame);
  REQUIRE(frame == sent);
  switches.set(std::vector{fault_of(fault_kind::corrupt)});
  switches.spoil(frame);
  REQUIRE(frame != sent);
  switches.spoil({});
}
