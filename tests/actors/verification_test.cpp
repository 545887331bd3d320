#include "actors/verification.hpp"

#include "tests/catch.hpp"

#include <limits>

using namespace paceline;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A group of three that decides every three steps of each, its workers' reports, and a verification beside it.
struct verification_rig {
  explicit verification_rig(const verification_settings& settings = {.probe = true,
                                                                     .tolerance = 0.5,
                                                                     .time_limit = 10s})
    : looks(settings, 10) {}

  verification::outcome report(std::uint32_t index, std::uint64_t steps, double loss) {
    const loss_report said{.worker = {0, index}, .steps = steps, .loss = loss, .window_full = true, .measured_at = now};
    group.note(index, steps, looks.admit(said));
    return looks.decide(group, now);
  }

  /// Everybody reports, best first; the last report makes a decision due.
  verification::outcome round(std::uint64_t steps, double first, double second, double third) {
    report(0, steps, first);
    report(1, steps, second);
    return report(2, steps, third);
  }

  verification::outcome answer(const probe_request& probe, double loss, const std::string& problem = "") {
    return looks.answer(
      group,
      {.probe = probe.probe, .candidate = probe.candidate.leader, .prober = {0, 2}, .loss = loss, .problem = problem},
      now);
  }

  std::chrono::nanoseconds now = 1s;
  leadership group{make_settings()};
  verification looks;

 private:
  static leadership_settings make_settings() {
    return {.scope = scope::group, .group = 0, .members = 3, .period = 3, .max_report_age = 60s};
  }
};

} // namespace

TEST_CASE("a claim holds up to its tolerance above it, and never where the score is not finite") {
  const verification_settings half{.tolerance = 0.5, .allowance = 0.1};
  REQUIRE(claim_holds(2.0, 3.1, half));
  REQUIRE_FALSE(claim_holds(2.0, 3.11, half));
  REQUIRE(claim_holds(2.0, 0.0, half));
  REQUIRE(claim_holds(0.0, 0.1, half));
  REQUIRE_FALSE(claim_holds(0.0, 0.11, half));
  REQUIRE(claim_holds(-1.0, -0.4, half));
  REQUIRE(claim_holds(2.0, 3.0, {.tolerance = 0.5, .allowance = 0}));
  REQUIRE_FALSE(claim_holds(2.0, 3.01, {.tolerance = 0.5, .allowance = 0}));
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()})
    REQUIRE_FALSE(claim_holds(1.0, bad, half));
}

TEST_CASE("as it is by default a claim holds that chance doubled, and that of a tenth of the true loss does not") {
  const verification_settings usual;
  for (const double loss : {0.2, 0.5, 2.3}) {
    REQUIRE(claim_holds(loss / 2, loss, usual));
    REQUIRE_FALSE(claim_holds(loss / 10, loss, usual));
  }
}

TEST_CASE("with the probe off a decision is announced as it falls due") {
  verification_rig r({.probe = false});
  const auto outcome = r.round(3, 1, 2, 3);
  REQUIRE(outcome.decision->leader == worker_id{0, 0});
  REQUIRE_FALSE(outcome.probe);
}

TEST_CASE("a candidate is announced only after somebody else's score bears its claim out, and the reason says so") {
  verification_rig r;
  const auto due = r.round(3, 1, 2, 3);
  REQUIRE_FALSE(due.decision);
  REQUIRE(due.probe->candidate.leader == worker_id{0, 0});
  REQUIRE(due.probe->candidate.decision == 1);
  r.now = 2s;
  const auto answered = r.answer(*due.probe, 1.25);
  REQUIRE_FALSE(answered.probe);
  REQUIRE(answered.decision->leader == worker_id{0, 0});
  REQUIRE(answered.decision->decision == 1);
  REQUIRE(answered.decision->decided_at == 2s);
  REQUIRE_THAT(answered.decision->reason,
               ContainsSubstring("least loss of 3") && ContainsSubstring("0.2 scored it 1.25"));
}

TEST_CASE("a candidate whose claim does not hold is passed over for the next best, and the reason says why") {
  verification_rig r;
  const auto first = r.round(3, 0.01, 2, 3);
  const auto second = r.answer(*first.probe, 7);
  REQUIRE_FALSE(second.decision);
  REQUIRE(second.probe->candidate.leader == worker_id{0, 1});
  REQUIRE(second.probe->candidate.decision == 1); // the number was not used up
  const auto third = r.answer(*second.probe, 2);
  REQUIRE(third.decision->leader == worker_id{0, 1});
  REQUIRE_THAT(third.decision->reason, ContainsSubstring("passed over: 0.0, which claimed 0.01: 0.2 found 7"));
  // Told once.
  const auto next = r.round(6, 0.01, 2, 3);
  REQUIRE_THAT(r.answer(*next.probe, 2).decision->reason, !ContainsSubstring("passed over"));
}

TEST_CASE("who was passed over is no candidate again before it has made a whole new loss window of steps") {
  verification_rig r; // the loss window is 10 steps long
  r.answer(*r.round(3, 0.01, 2, 3).probe, 7);
  REQUIRE(r.looks.admit(loss_report{.worker = {0, 0}, .steps = 12}) == std::nullopt);
  REQUIRE(r.looks.admit(loss_report{.worker = {0, 0}, .steps = 13}).has_value());
  REQUIRE(r.looks.admit(loss_report{.worker = {0, 1}, .steps = 4}).has_value());
  REQUIRE(r.looks.admit(std::nullopt) == std::nullopt);
}

TEST_CASE("a candidate that could not be scored is passed over as well, and its problem is told") {
  verification_rig r;
  const auto second = r.answer(*r.round(3, 1, 2, 3).probe, 0, "its parameters are not finite");
  const auto decided = r.answer(*second.probe, 2);
  REQUIRE_THAT(decided.decision->reason, ContainsSubstring("its parameters are not finite"));
}

TEST_CASE("where nobody's claim holds nobody is announced, and the next time it is tried anew") {
  verification_rig r;
  auto outcome = r.round(3, 0.01, 0.02, 0.03);
  for (int passed = 0; passed < 3; ++passed)
    outcome = r.answer(*outcome.probe, 7);
  REQUIRE_FALSE(outcome.probe);
  REQUIRE_FALSE(outcome.decision);
  REQUIRE_FALSE(r.round(6, 0.01, 0.02, 0.03).probe);
  REQUIRE(r.round(18, 1, 2, 3).probe->candidate.leader == worker_id{0, 0});
}

TEST_CASE("one probe is under way at a time, and what falls due meanwhile is one decision after it") {
  verification_rig r;
  const auto first = r.round(3, 1, 2, 3);
  REQUIRE_FALSE(r.round(6, 1, 2, 3).probe);
  REQUIRE_FALSE(r.round(9, 1, 2, 3).probe);
  REQUIRE(r.answer(*first.probe, 1).decision);
  const auto second = r.report(0, 10, 1);
  REQUIRE(second.probe->candidate.decision == 2);
  REQUIRE(r.answer(*second.probe, 1).decision);
  REQUIRE_FALSE(r.report(0, 11, 1).probe);
}

TEST_CASE("a probe that takes too long counts as failed with the next report, and its late answer changes nothing") {
  verification_rig r;
  const auto slow = r.round(3, 1, 2, 3);
  r.now += 9s;
  REQUIRE_FALSE(r.report(0, 4, 1).probe);
  r.now += 1s;
  const auto next = r.report(1, 4, 2);
  REQUIRE(next.probe->candidate.leader == worker_id{0, 1});
  const auto late = r.answer(*slow.probe, 1);
  REQUIRE_FALSE(late.decision);
  REQUIRE_FALSE(late.probe);
  REQUIRE_THAT(r.answer(*next.probe, 2).decision->reason, ContainsSubstring("not scored in time"));
}

TEST_CASE("what another decision maker's probe found out about an own candidate counts here too") {
  verification_rig r;
  r.report(0, 1, 0.01);
  r.report(1, 1, 2);
  const leader_announcement candidate{.leader = {0, 0}, .leader_steps = 1, .loss = 0.01};
  r.looks.learn(r.group, candidate, {.candidate = {0, 0}, .loss = 0.05});
  REQUIRE(r.group.compare(r.now).winner->worker == worker_id{0, 0});
  r.looks.learn(r.group, candidate, {.candidate = {0, 0}, .loss = 5});
  REQUIRE(r.group.compare(r.now).winner->worker == worker_id{0, 1});
}

TEST_CASE("a global probe's outcome is learnt of the right member, whatever the number of its group") {
  verification_rig r;
  r.report(0, 1, 0.01);
  r.report(1, 1, 2);
  const leader_announcement candidate{.scope = scope::global, .leader = {7, 0}, .leader_steps = 1, .loss = 0.01};
  r.looks.learn(r.group, candidate, {.candidate = {7, 0}, .loss = 5});
  REQUIRE(r.group.compare(r.now).winner->worker == worker_id{0, 1});
}

TEST_CASE("a worker that was passed over and then began anew is a candidate again") {
  verification looks({.probe = true}, 10);
  leadership group({.members = 2, .period = 2, .max_report_age = 60s});
  const leader_announcement candidate{.leader = {0, 0}, .leader_steps = 50, .loss = 0.01};
  looks.learn(group, candidate, {.candidate = {0, 0}, .loss = 5});
  const auto at = [](std::uint64_t steps) {
    return std::optional(loss_report{.worker = {0, 0}, .steps = steps, .loss = 0.5, .window_full = true});
  };
  REQUIRE_FALSE(looks.admit(at(59)));
  REQUIRE(looks.admit(at(60)));
  REQUIRE(looks.admit(at(12)));
}

TEST_CASE("where a candidate's node is lost while it is scored the next best is scored at once") {
  leadership global({.scope = scope::global, .members = 2, .period = 2, .max_report_age = 60s});
  verification looks({.probe = true}, 10);
  const auto best = [](std::uint32_t group, double loss) {
    return loss_report{.worker = {group, 1}, .steps = 2, .loss = loss, .window_full = true};
  };
  global.note(0, 2, best(0, 0.5));
  global.note(1, 2, best(1, 0.01));
  REQUIRE(looks.decide(global, 0s).probe->candidate.leader == worker_id{1, 1});
  REQUIRE(looks.lose(global, 1, 0s).probe->candidate.leader == worker_id{0, 1});
  REQUIRE_FALSE(looks.lose(global, 1, 0s).probe);
}

TEST_CASE("the global decision maker passes over the group whose candidate does not hold") {
  leadership global({.scope = scope::global, .members = 2, .period = 2, .max_report_age = 60s});
  verification looks({.probe = true}, 10);
  const auto best = [](std::uint32_t group, double loss) {
    return loss_report{.worker = {group, 1}, .steps = 2, .loss = loss, .window_full = true};
  };
  global.note(0, 2, best(0, 0.5));
  global.note(1, 2, best(1, 0.01));
  const auto first = looks.decide(global, 0s);
  REQUIRE(first.probe->candidate.leader == worker_id{1, 1});
  const auto second = looks.answer(global, {.probe = first.probe->probe, .candidate = {1, 1}, .loss = 9}, 0s);
  REQUIRE(second.probe->candidate.leader == worker_id{0, 1});
}
