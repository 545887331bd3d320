#include "actors/leadership.hpp"

#include <cassert>
#include <utility>

namespace paceline {

leadership::leadership(const leadership_settings& settings)
  : settings_(settings), schedule_(settings.members, settings.steps_between), candidates_(settings.members) {}

void leadership::note(std::size_t member, std::uint64_t steps, const std::optional<loss_report>& candidate) {
  assert(member < candidates_.size());
  candidates_[member] = candidate;
  due_ |= schedule_.count(member, steps);
}

std::optional<leader_announcement> leadership::decide(std::chrono::nanoseconds now) {
  if (!take_due())
    return std::nullopt;
  auto decision = candidate(now);
  if (decision)
    commit(*decision);
  return decision;
}

bool leadership::take_due() {
  return std::exchange(due_, false);
}

std::optional<leader_announcement> leadership::candidate(std::chrono::nanoseconds now) const {
  auto outcome = compare(now);
  if (!outcome.winner)
    return std::nullopt;
  return leader_announcement{.scope = settings_.scope,
                             .group = settings_.group,
                             .decision = decisions_ + 1,
                             .leader = outcome.winner->worker,
                             .leader_steps = outcome.winner->steps,
                             .loss = outcome.winner->loss,
                             .margin = outcome.margin,
                             .total_steps = schedule_.total(),
                             .decided_at = now,
                             .reason = std::move(outcome.reason)};
}

void leadership::commit(const leader_announcement& decision) {
  decisions_ = decision.decision;
  leader_ = decision.leader;
}

void leadership::pass_over(std::size_t member) {
  assert(member < candidates_.size());
  candidates_[member].reset();
}

void leadership::forget(std::size_t member) {
  assert(member < candidates_.size());
  candidates_[member].reset();
}

election leadership::compare(std::chrono::nanoseconds now) const {
  std::vector<loss_report> reports;
  reports.reserve(candidates_.size());
  for (const auto& candidate : candidates_)
    if (candidate)
      reports.push_back(*candidate);
  return elect(reports, now, settings_.max_report_age);
}

leadership_state leadership::save() const {
  return {.decisions = decisions_,
          .steps_since = schedule_.steps_since(),
          .member_steps = schedule_.member_steps(),
          .candidates = candidates_,
          .leader = leader_};
}

void leadership::restore(const leadership_state& state) {
  assert(state.member_steps.size() == settings_.members && state.candidates.size() == settings_.members);
  schedule_.restore(state.member_steps, state.steps_since);
  candidates_ = state.candidates;
  decisions_ = state.decisions;
  leader_ = state.leader;
}

} // namespace paceline
