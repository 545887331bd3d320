#include "actors/verification.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

namespace paceline {
namespace {

/// Enough to tell what is wrong; a run in which nobody's claim holds must not grow for it.
constexpr std::size_t longest_reason = 400;

std::string in_words(double loss) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", loss);
  return text;
}

/// How a decision's coordinator numbers the worker's side of the comparison.
std::size_t member_of(const leader_announcement& candidate) {
  return candidate.scope == scope::global ? candidate.leader.group : candidate.leader.index;
}

bool holds(const leader_announcement& candidate, const probe_result& result, const verification_settings& settings) {
  return result.problem.empty() && claim_holds(candidate.loss, result.loss, settings);
}

std::string why_not(const probe_result& result) {
  return result.problem.empty() ? to_string(result.prober) + " found " + in_words(result.loss) : result.problem;
}

} // namespace

bool claim_holds(double claimed, double scored, const verification_settings& settings) {
  return std::isfinite(scored) && scored <= claimed + settings.tolerance * std::abs(claimed) + settings.allowance;
}

verification::verification(const verification_settings& settings, std::size_t loss_window)
  : settings_(settings), loss_window_(loss_window) {}

std::optional<loss_report> verification::admit(const std::optional<loss_report>& report) const {
  if (!report)
    return std::nullopt;
  const auto barred = bars_.find(report->worker);
  if (barred == bars_.end())
    return report;
  // Fewer steps than when it was barred are those of another life of it, whose window is its own.
  const auto [from, until] = barred->second;
  return report->steps >= from && report->steps < until ? std::nullopt : report;
}

verification::outcome verification::decide(leadership& decisions, std::chrono::nanoseconds now) {
  if (!settings_.probe)
    return {.decision = decisions.decide(now), .probe = {}};
  if (!open_)
    return decisions.take_due(now) ? propose(decisions, now) : outcome{};
  if (now < open_->deadline)
    return {};
  const auto& request = open_->request;
  return answer(decisions,
                {.probe = request.probe,
                 .candidate = request.candidate.leader,
                 .prober = {},
                 .loss = 0,
                 .problem = "not scored in time"},
                now);
}

verification::outcome verification::answer(leadership& decisions, const probe_result& result,
                                           std::chrono::nanoseconds now) {
  if (!open_ || open_->request.probe != result.probe || open_->request.candidate.leader != result.candidate)
    return {};
  auto candidate = std::exchange(open_, std::nullopt)->request.candidate;
  if (!holds(candidate, result, settings_)) {
    pass_over(decisions, candidate);
    if (passed_over_.size() < longest_reason)
      passed_over_ += "; passed over: " + to_string(candidate.leader) + ", which claimed " + in_words(candidate.loss)
                      + ": " + why_not(result);
    return propose(decisions, now);
  }
  candidate.decided_at = now;
  candidate.reason += "; " + to_string(result.prober) + " scored it " + in_words(result.loss);
  candidate.reason += std::exchange(passed_over_, {});
  decisions.commit(candidate);
  return {.decision = std::move(candidate), .probe = {}};
}

void verification::learn(leadership& decisions, const leader_announcement& candidate, const probe_result& result) {
  if (holds(candidate, result, settings_))
    return;
  bar(candidate);
  decisions.pass_over(candidate.leader.index);
}

verification::outcome verification::lose(leadership& decisions, std::size_t member, std::chrono::nanoseconds now) {
  decisions.forget(member);
  if (!open_ || member_of(open_->request.candidate) != member)
    return {};
  open_.reset();
  return propose(decisions, now);
}

void verification::abandon() {
  open_.reset();
}

verification::outcome verification::propose(leadership& decisions, std::chrono::nanoseconds now) {
  const auto candidate = decisions.candidate(now);
  if (!candidate)
    return {};
  open_ = open_probe{{.probe = ++probes_, .candidate = *candidate}, now + settings_.time_limit};
  return {.decision = {}, .probe = open_->request};
}

void verification::pass_over(leadership& decisions, const leader_announcement& candidate) {
  bar(candidate);
  decisions.pass_over(member_of(candidate));
}

void verification::bar(const leader_announcement& candidate) {
  // Losses that were in the window when it claimed are out of it then.
  bars_[candidate.leader] = {candidate.leader_steps, candidate.leader_steps + loss_window_};
}

} // namespace paceline
