#pragma once

#include "compute/trainer.hpp"

#include <memory>
#include <utility>

namespace paceline {

/// Passes everything on to another trainer, which it owns: the base of those that change or watch a part of it.
class trainer_decorator : public trainer {
 public:
  explicit trainer_decorator(std::unique_ptr<trainer> inner) : inner_(std::move(inner)) {}

  const parameter_layout& layout() const override { return inner_->layout(); }
  step_result step(const pull_source& pulls) override { return inner_->step(pulls); }
  double begin_step() override { return inner_->begin_step(); }
  std::span<const float> gradient() const override { return inner_->gradient(); }
  step_result finish_step(const pull_source& pulls) override { return inner_->finish_step(pulls); }
  step_result finish_step_by(std::span<const float> gradient) override { return inner_->finish_step_by(gradient); }
  double pull(const leader_pull& toward) override { return inner_->pull(toward); }
  std::uint64_t steps() const override { return inner_->steps(); }
  std::uint64_t steps_per_epoch() const override { return inner_->steps_per_epoch(); }
  std::chrono::nanoseconds waited_for_data() const override { return inner_->waited_for_data(); }
  std::uint64_t replaced_pictures() const override { return inner_->replaced_pictures(); }
  double learning_rate() const override { return inner_->learning_rate(); }
  void set_learning_rate(double rate) override { inner_->set_learning_rate(rate); }
  void copy_parameters(std::span<float> out) const override { inner_->copy_parameters(out); }
  std::optional<parameter_copy> try_copy_parameters(std::span<float> out) const override {
    return inner_->try_copy_parameters(out);
  }
  void adopt(std::span<const float> parameters) override { inner_->adopt(parameters); }
  double probe_loss(std::span<const float> parameters) override { return inner_->probe_loss(parameters); }
  trainer_state save() const override { return inner_->save(); }
  void restore(const trainer_state& state) override { inner_->restore(state); }

 private:
  std::unique_ptr<trainer> inner_;
};

} // namespace paceline
