#include "actors/leadership.hpp"

#include <cassert>
#include <numeric>
#include <utility>

namespace paceline {

leadership::leadership(const leadership_settings& settings)
  : settings_(settings),
    schedule_(settings.members, settings.members * settings.workers_per_member * settings.period),
    candidates_(settings.members),
    live_workers_(settings.members, settings.workers_per_member) {}

void leadership::begin_term(const leadership_start& start) {
  schedule_.lose_all_marks();
  candidates_.assign(candidates_.size(), std::nullopt);
  decides_at_latest_ = start.decides_at_latest;
  due_ = false;
  term_ = start.term;
  decisions_ = start.decisions;
  leader_.reset();
}

void leadership::note(std::size_t member, std::uint64_t steps, const std::optional<loss_report>& candidate,
                      std::uint32_t live_workers) {
  assert(member < candidates_.size());
  candidates_[member] = candidate;
  set_live_workers(member, live_workers);
  due_ |= schedule_.count(member, steps);
}

std::optional<leader_announcement> leadership::decide(std::chrono::nanoseconds now) {
  if (!take_due(now))
    return std::nullopt;
  auto decision = candidate(now);
  if (decision)
    commit(*decision);
  return decision;
}

bool leadership::take_due(std::chrono::nanoseconds now) {
  if (decides_at_latest_) {
    if (!has_heard_all() && now < *decides_at_latest_)
      return false;
    decides_at_latest_.reset();
    due_ = settings_.period > 0;
  }
  return std::exchange(due_, false);
}

std::optional<leader_announcement> leadership::candidate(std::chrono::nanoseconds now) const {
  auto outcome = compare(now);
  if (!outcome.winner)
    return std::nullopt;
  return leader_announcement{.scope = settings_.scope,
                             .group = settings_.group,
                             .term = term_,
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
  set_live_workers(member, 0);
  schedule_.lose_mark(member);
}

election leadership::compare(std::chrono::nanoseconds now) const {
  std::vector<loss_report> reports;
  reports.reserve(candidates_.size());
  for (const auto& candidate : candidates_)
    if (candidate)
      reports.push_back(*candidate);
  return elect(reports, now, settings_.max_report_age);
}

std::uint32_t leadership::live_workers() const {
  return std::accumulate(live_workers_.begin(), live_workers_.end(), std::uint32_t{0});
}

leadership_state leadership::save() const {
  return {.decisions = decisions_,
          .steps_since = schedule_.steps_since(),
          .member_steps = schedule_.member_steps(),
          .candidates = candidates_,
          .leader = leader_,
          .term = term_};
}

void leadership::restore(const leadership_state& state) {
  assert(state.member_steps.size() == settings_.members && state.candidates.size() == settings_.members);
  schedule_.restore(state.member_steps, state.steps_since);
  candidates_ = state.candidates;
  term_ = state.term;
  decisions_ = state.decisions;
  leader_ = state.leader;
}

void leadership::set_live_workers(std::size_t member, std::uint32_t workers) {
  if (live_workers_[member] == workers)
    return;
  live_workers_[member] = workers;
  schedule_.set_steps_between(live_workers() * settings_.period);
}

bool leadership::has_heard_all() const {
  for (std::size_t member = 0; member < candidates_.size(); ++member)
    if (live_workers_[member] > 0 && !schedule_.has_mark(member))
      return false;
  return true;
}

} // namespace paceline
