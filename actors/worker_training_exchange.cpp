// What a worker's training does with the centre of a strategy that has one.
#include "actors/worker_training.hpp"

#include "compute/finite.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace paceline {

bool worker_training::contribution_due() const {
  if (!exchange_ || exchange_->settings().gradients)
    return false;
  // Who has diverged is helped as soon as may be.
  return exchange_->due(trainer_->steps()) || (diverged_steps_ > 0 && !exchange_->under_way());
}

contribution worker_training::contribute() {
  auto values = std::make_shared<std::vector<float>>(trainer_->layout().size());
  trainer_->copy_parameters(*values);
  // Who has diverged has let the last answer go by, and asks for help.
  if (diverged_steps_ > 0 || !all_finite(*values))
    values = nullptr;
  return exchange_->give(trainer_->steps(), std::move(values), clock_->now());
}

void worker_training::begin_step(double budget_used, std::optional<std::chrono::nanoseconds> at) {
  set_rate(budget_used);
  begun_at_ = at.value_or(clock_->now());
  trace_.look(*trainer_);
  begun_loss_ = trainer_->begin_step();
}

contribution worker_training::contribute_gradient() {
  const auto gradient = trainer_->gradient();
  shared_vector values;
  if (std::isfinite(begun_loss_) && all_finite(gradient))
    values = std::make_shared<const std::vector<float>>(gradient.begin(), gradient.end());
  return exchange_->give(trainer_->steps(), std::move(values), clock_->now());
}

worker_training::outcome worker_training::finish_step() {
  outcome result;
  complete_step([this](const pull_source& pulls) { return trainer_->finish_step(pulls); }, true, result);
  counters_.stepping += clock_->now() - begun_at_;
  return result;
}

worker_training::outcome worker_training::finish_step_by_centre() {
  outcome result;
  const auto answer = exchange_->take(answer_use::gradient);
  if (!answer)
    return result;
  const std::vector<float> nothing(answer->values ? 0 : trainer_->layout().size(),
                                   std::numeric_limits<float>::quiet_NaN());
  auto done = trainer_->finish_step_by(answer->values ? *answer->values : nothing);
  done.loss = begun_loss_;
  result.traced = trace_.take(begun_loss_);
  note_exchange(*answer, result);
  account(done);
  counters_.stepping += clock_->now() - begun_at_;
  if (diverged_steps_ > 0)
    recover({}, result);
  return result;
}

worker_training::outcome worker_training::take_replacement() {
  outcome result;
  const auto answer = exchange_ ? exchange_->take(answer_use::replace) : std::nullopt;
  if (!answer)
    return result;
  note_exchange(*answer, result);
  if (!answer->values)
    return result;
  if (diverged_steps_ == 0) {
    trainer_->pull({.target = *answer->values, .strength = 1});
    return result;
  }
  trainer_->adopt(*answer->values);
  window_.clear();
  diverged_steps_ = 0;
  ++counters_.recoveries;
  result.recovered = true;
  return result;
}

void worker_training::note_exchange(const centre_answer& answer, outcome& result) {
  ++counters_.exchanges;
  result.exchanged = exchange_->told(answer, trainer_->steps(), clock_->now());
}

} // namespace paceline
