#include "actors/worker_exchange.hpp"

#include <utility>

namespace paceline {

bool worker_exchange::due(std::uint64_t steps) const {
  return !under_way() && (first_ || steps >= next_at_);
}

contribution worker_exchange::give(std::uint64_t steps, shared_vector values, std::chrono::nanoseconds now) {
  given_ = {.worker = id_, .number = now.count(), .first = std::exchange(first_, false), .values = std::move(values)};
  given_steps_ = steps;
  next_at_ = (steps / settings_.period + 1) * settings_.period;
  given_at_ = now;
  return *given_;
}

bool worker_exchange::answered() {
  if (auto come = slot_->take())
    kept_ = std::move(come);
  // One to an earlier incarnation may come late.
  if (kept_ && (!given_ || kept_->number != given_at_.count()))
    kept_.reset();
  return kept_.has_value();
}

std::optional<centre_answer> worker_exchange::take(answer_use use) {
  if (!answered() || kept_->use != use)
    return std::nullopt;
  last_answered_ = given_->number;
  given_.reset();
  return std::exchange(kept_, std::nullopt);
}

centre_exchanged worker_exchange::told(const centre_answer& answer, std::uint64_t steps,
                                       std::chrono::nanoseconds now) const {
  return {.worker = id_, .use = answer.use, .steps = steps, .distance = answer.distance, .age = now - given_at_};
}

void worker_exchange::begin() {
  go_on(std::nullopt);
}

void worker_exchange::go_on(std::optional<std::uint64_t> next_at) {
  first_ = !next_at;
  next_at_ = next_at.value_or(0);
  given_.reset();
  last_answered_ = 0;
}

std::optional<std::uint64_t> worker_exchange::next_at() const {
  if (given_)
    return given_->first ? std::nullopt : std::optional(given_steps_);
  return first_ ? std::nullopt : std::optional(next_at_);
}

} // namespace paceline
