#include "actors/leadership.hpp"

#include "tests/catch.hpp"

#include <limits>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

leadership_settings settings_of(std::size_t members, std::uint64_t steps_between) {
  return {.scope = scope::group, .group = 3, .members = members, .steps_between = steps_between, .max_report_age = 10s};
}

std::optional<leader_announcement> report(leadership& group, std::uint32_t index, std::uint64_t steps, double loss,
                                          std::chrono::nanoseconds now = 0s) {
  group.note(index, steps,
             loss_report{.worker = {3, index}, .steps = steps, .loss = loss, .window_full = true, .measured_at = now});
  return group.decide(now);
}

} // namespace

TEST_CASE("a decision falls due by steps, and names leader, loss, margin and its number") {
  leadership group(settings_of(2, 8));
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
  leadership group(settings_of(2, 8));
  REQUIRE_FALSE(report(group, 0, 4, 0.1));
  group.forget(0);
  REQUIRE(report(group, 1, 4, 5.0)->leader == worker_id{3, 1});
}

TEST_CASE("a member that has fallen silent stops leading when its report grows old") {
  leadership group(settings_of(2, 8));
  REQUIRE_FALSE(report(group, 0, 4, 0.1, 0s));
  REQUIRE(report(group, 1, 4, 5.0, 1s)->leader == worker_id{3, 0});
  REQUIRE(report(group, 1, 12, 5.0, 11s)->leader == worker_id{3, 1});
}

TEST_CASE("a restored coordinator makes the decisions that the saved one would have made") {
  leadership saved(settings_of(2, 8));
  REQUIRE_FALSE(report(saved, 0, 4, 0.5));
  leadership restored(settings_of(2, 8));
  restored.restore(saved.save());
  const auto a = report(saved, 1, 4, 0.75);
  const auto b = report(restored, 1, 4, 0.75);
  REQUIRE(a->leader == b->leader);
  REQUIRE(a->decision == b->decision);
  REQUIRE(a->margin == b->margin);
  REQUIRE(a->reason == b->reason);
}
