#include "actors/centre_gate.hpp"

#include <algorithm>
#include <utility>

namespace paceline {
namespace {

constexpr int most_patiences = 16;

} // namespace

contribution centre_gate::give(contribution one, std::chrono::nanoseconds now) {
  left_.erase(one.worker);
  one.first = one.first || !settled_.contains(one.worker);
  one.term = term_;
  pending_[one.worker] = {.given = one, .again_at = now + patience_, .wait = patience_};
  return one;
}

bool centre_gate::answered(const centre_answer& answer) {
  const auto found = pending_.find(answer.worker);
  if (found == pending_.end() || found->second.given.number != answer.number || answer.term != term_)
    return false;
  pending_.erase(found);
  settled_.insert(answer.worker);
  return true;
}

void centre_gate::leave(worker_id worker) {
  pending_.erase(worker);
  left_.insert(worker);
}

std::vector<contribution> centre_gate::move(std::uint64_t term, std::chrono::nanoseconds now) {
  if (std::exchange(term_, term) != term)
    settled_.clear();
  std::vector<contribution> again;
  for (auto& [worker, one] : pending_)
    again.push_back(give(one.given, now));
  return again;
}

std::vector<contribution> centre_gate::due(std::chrono::nanoseconds now) {
  std::vector<contribution> again;
  for (auto& [worker, one] : pending_) {
    if (now < one.again_at)
      continue;
    one.wait = std::min(2 * one.wait, most_patiences * patience_);
    one.again_at = now + one.wait;
    again.push_back(one.given);
  }
  return again;
}

std::vector<contribution> centre_gate::give_up() {
  std::vector<contribution> waited;
  for (auto& [worker, one] : std::exchange(pending_, {}))
    waited.push_back(std::move(one.given));
  return waited;
}

} // namespace paceline
