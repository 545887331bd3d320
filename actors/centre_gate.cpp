#include "actors/centre_gate.hpp"

#include <utility>

namespace paceline {

contribution centre_gate::give(contribution one, std::chrono::nanoseconds now) {
  left_.erase(one.worker);
  one.first = one.first || (has_moved() && !settled_.contains(one.worker));
  pending_[one.worker] = {.given = one, .again_at = now + patience_, .wait = patience_};
  return one;
}

bool centre_gate::answered(const centre_answer& answer) {
  const auto found = pending_.find(answer.worker);
  if (found == pending_.end() || found->second.given.number != answer.number)
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
  if (term_ != term) {
    term_ = term;
    ++places_;
    settled_.clear();
  }
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
    one.wait *= 2;
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
