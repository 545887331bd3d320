#include "actors/leadership.hpp"

#include "tests/catch.hpp"

#include <limits>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

leadership_settings settings_of(std::size_t members, std::uint64_t period) {
  return {.scope = scope::group, .group = 3, .members = members, .period = period, .max_report_age = 10s};
}

std::optional<leader_announcement> report(leadership& group, std::uint32_t index, std::uint64_t steps, double loss,
                                          std::chrono::nanoseconds now = 0s) {
  group.note(index, steps,
             loss_report{.worker = {3, index}, .steps = steps, .loss = loss, .window_full = true, .measured_at = now});
  return group.decide(now);
}

} // namespace

TEST_CASE("a decision falls due by steps, and names leader, loss, margin and its number") {
  leadership group(settings_of(2, 4));
  REQUIRE_FALSE(report(group, 0, 4, 1.0));
  const auto decision = report(group, 1, 4, 0.5);
  REQUIRE(decision);
  REQUIRE(decision->scope == scope::group);
  REQUIRE(decision->group == 3);
  REQUIRE(decision->decision == 1);
  REQUIRE(decision->leader == worker_id{3, 1});
  REQUIRE(decision->loss == 0.5);
  REQUIRE(decision->margin == 0.5);
  REQUIRE(decision->leader_steps == 4);
  REQUIRE(decision->total_steps == 8);
  REQUIRE_FALSE(report(group, 1, 8, 0.5));
  REQUIRE(report(group, 0, 8, 0.25)->decision == 2);
}

TEST_CASE("a decision that falls due while nobody can lead is not made, nor made up for") {
  leadership group(settings_of(1, 4));
  REQUIRE_FALSE(report(group, 0, 4, std::numeric_limits<double>::quiet_NaN()));
  REQUIRE_FALSE(report(group, 0, 6, 1.0));
  REQUIRE(report(group, 0, 8, 1.0)->decision == 1);
}

TEST_CASE("a member that is known to be gone cannot lead") {
  leadership group(settings_of(2, 4));
  REQUIRE_FALSE(report(group, 0, 4, 0.1));
  group.forget(0);
  REQUIRE(report(group, 1, 4, 5.0)->leader == worker_id{3, 1});
}

TEST_CASE("a member that has fallen silent stops leading when its report grows old") {
  leadership group(settings_of(2, 4));
  REQUIRE_FALSE(report(group, 0, 4, 0.1, 0s));
  REQUIRE(report(group, 1, 4, 5.0, 1s)->leader == worker_id{3, 0});
  REQUIRE(report(group, 1, 12, 5.0, 11s)->leader == worker_id{3, 1});
}

TEST_CASE("a restored coordinator makes the decisions that the saved one would have made") {
  leadership saved(settings_of(2, 4));
  REQUIRE_FALSE(report(saved, 0, 4, 0.5));
  leadership restored(settings_of(2, 4));
  restored.restore(saved.save());
  const auto a = report(saved, 1, 4, 0.75);
  const auto b = report(restored, 1, 4, 0.75);
  REQUIRE(a->leader == b->leader);
  REQUIRE(a->decision == b->decision);
  REQUIRE(a->margin == b->margin);
  REQUIRE(a->reason == b->reason);
}

TEST_CASE("the steps between two decisions follow the number of live workers") {
  leadership group(settings_of(4, 4));
  REQUIRE(group.live_workers() == 4);
  group.forget(2);
  group.forget(3);
  REQUIRE(group.live_workers() == 2);
  REQUIRE_FALSE(report(group, 0, 4, 1.0));
  REQUIRE(report(group, 1, 4, 1.0)->total_steps == 8);
  // One that comes back counts from its first report on.
  REQUIRE_FALSE(report(group, 2, 100, 1.0));
  REQUIRE(group.live_workers() == 3);
  REQUIRE_FALSE(report(group, 0, 8, 1.0));
  REQUIRE_FALSE(report(group, 1, 8, 1.0));
  REQUIRE(report(group, 2, 104, 1.0));
}

TEST_CASE("a group stands for as many workers as it says") {
  leadership all({.scope = scope::global,
                  .members = 2,
                  .workers_per_member = 3,
                  .period = 4,
                  .max_report_age = std::chrono::seconds(10)});
  REQUIRE(all.live_workers() == 6);
  const loss_report best{.worker = {0, 0}, .steps = 4, .loss = 1, .window_full = true};
  all.note(0, 8, best, 1);
  REQUIRE_FALSE(all.decide(0s));
  REQUIRE(all.live_workers() == 4);
  all.note(1, 8, std::nullopt, 3);
  REQUIRE(all.decide(0s)->leader == worker_id{0, 0});
}

TEST_CASE("who takes over decides as soon as each live member has reported, and numbers on under its own term") {
  leadership group(settings_of(3, 4));
  REQUIRE_FALSE(report(group, 0, 4, 0.1));
  group.forget(2);
  group.begin_term({.term = 5, .decisions = 40, .decides_at_latest = 2s});
  REQUIRE_FALSE(report(group, 1, 900, 0.75, 1s));
  const auto decision = report(group, 0, 500, 0.5, 1s);
  REQUIRE(decision->term == 5);
  REQUIRE(decision->decision == 41);
  REQUIRE(decision->leader == worker_id{3, 0});
  REQUIRE(decision->margin == 0.25);
  // The steps of the first reports were made under another.
  REQUIRE_FALSE(report(group, 0, 507, 0.5, 1s));
  REQUIRE(report(group, 0, 508, 0.5, 1s)->decision == 42);
}

TEST_CASE("who takes over waits for a silent member no longer than its patience") {
  leadership group(settings_of(2, 4));
  group.begin_term({.term = 1, .decisions = 0, .decides_at_latest = 2s});
  REQUIRE_FALSE(report(group, 0, 100, 0.5, 1s));
  REQUIRE_FALSE(report(group, 0, 200, 0.5, 1999ms));
  REQUIRE(report(group, 0, 201, 0.5, 2s)->leader == worker_id{3, 0});
}
