#include "actors/seat.hpp"

#include <algorithm>
#include <utility>

namespace paceline {
namespace {

/// Whether claim `a` replaces claim `b`. One without a name claims nothing, but its term is known.
bool replaces(const seat_claim& a, const seat_claim& b) {
  if (a.term != b.term)
    return a.term > b.term;
  return !a.holder.empty() && (b.holder.empty() || a.holder < b.holder);
}

bool same(const seat_claim& a, const seat_claim& b) {
  return a.term == b.term && a.holder == b.holder;
}

} // namespace

seat::seat(const seat_settings& settings, std::chrono::nanoseconds now)
  : settings_(settings), started_at_(now), current_{settings.first_term, {}} {}

void seat::joined(const std::string& node) {
  live_[node].reset();
}

void seat::heard(const std::string& node, const seat_claim& claim) {
  const auto found = live_.find(node);
  if (found == live_.end())
    return;
  found->second = claim;
  ever_heard_.insert(node);
}

void seat::lost(const std::string& node) {
  live_.erase(node);
}

std::optional<seat_change> seat::settle(std::chrono::nanoseconds now) {
  const bool is_alone = std::none_of(live_.begin(), live_.end(), [](const auto& node) { return node.second; });
  if (!is_alone || ever_heard_.empty())
    alone_since_.reset();
  else if (!alone_since_)
    alone_since_ = now;
  auto next = best_claim();
  seat_change change;
  if (!next.holder.empty() && !stands(next)) {
    last_holder_ = std::exchange(next.holder, {});
    change.reason = last_holder_ + " does not hold the seat any more";
  }
  if (next.holder.empty() && may_claim(now)) {
    change.reason = reason_to_take();
    next = {next.term + 1, settings_.own};
    change.taken = true;
  } else if (!next.holder.empty()) {
    change.reason = reason_to_follow(next);
  }
  if (held_ && same(next, current_) && is_contested()) {
    // The other holder may have decided more in this term than this one: only a new term puts all of that behind.
    ++next.term;
    change.taken = true;
    change.reason = "another node has claimed the same term";
  }
  if (same(next, current_))
    return std::nullopt;
  if (change.reason.empty())
    change.reason = "term " + std::to_string(next.term) + " is known of, and nobody to hold it";
  current_ = next;
  held_ = current_.holder == settings_.own;
  change.seat = current_;
  return change;
}

bool seat::is_contested() const {
  return std::any_of(live_.begin(), live_.end(), [&](const auto& known) {
    const auto& claim = known.second;
    return claim && claim->term == current_.term && !claim->holder.empty() && claim->holder != settings_.own;
  });
}

seat_claim seat::told() const {
  const bool seen = held_ || live_.contains(current_.holder);
  return {current_.term, seen ? current_.holder : std::string()};
}

seat_claim seat::best_claim() const {
  auto best = current_;
  for (const auto& [node, word] : live_) {
    if (!word)
      continue;
    auto claim = *word;
    if (claim.holder == settings_.own && !(held_ && claim.term == current_.term))
      claim.holder.clear();
    if (replaces(claim, best))
      best = claim;
  }
  return best;
}

bool seat::stands(const seat_claim& claim) const {
  if (claim.holder == settings_.own)
    return held_;
  const auto holder = live_.find(claim.holder);
  if (holder != live_.end())
    return !holder->second || holder->second->holder == claim.holder;
  return std::any_of(live_.begin(), live_.end(),
                     [&](const auto& node) { return node.second && same(*node.second, claim); });
}

bool seat::may_claim(std::chrono::nanoseconds now) const {
  if (alone_since_ && now - *alone_since_ < settings_.patience / 2)
    return false;
  // Live names are in order, so the first is the lowest.
  if (!live_.empty() && live_.begin()->first < settings_.own)
    return false;
  const auto known = [&](const std::string& node) { return node == settings_.own || ever_heard_.contains(node); };
  return now - started_at_ >= settings_.patience || std::all_of(settings_.nodes.begin(), settings_.nodes.end(), known);
}

std::string seat::reason_to_take() const {
  const auto nodes = live_.size() + 1;
  const auto lowest = nodes == 1 ? "no other node lives" : "lowest name of " + std::to_string(nodes) + " live nodes";
  return (last_holder_.empty() ? "no holder is known; " : last_holder_ + " holds it no more; ") + lowest;
}

std::string seat::reason_to_follow(const seat_claim& claim) const {
  if (current_.term == 0)
    return "it holds it already";
  if (claim.term > current_.term)
    return "its term is above " + std::to_string(current_.term);
  return current_.holder.empty() ? "the first to claim the term" : "of one term, a lower name than " + current_.holder;
}

} // namespace paceline
