#include "compute/sgd_trainer.hpp"

#include "compute/finite.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>

namespace paceline {

namespace {

class sgd_trainer final : public trainer {
 public:
  sgd_trainer(std::unique_ptr<objective> goal, const sgd_settings& settings, std::uint64_t seed)
    : goal_(std::move(goal)),
      settings_(settings),
      parameters_(goal_->layout().size()),
      gradient_(parameters_.size()),
      velocity_(settings.momentum == 0 ? 0 : parameters_.size()) {
    goal_->initialise(parameters_, seed);
  }

  const parameter_layout& layout() const override { return goal_->layout(); }

  step_result step(const pull_source& pulls) override {
    step_result result;
    result.loss = goal_->loss_and_gradient(parameters_, gradient_, steps_);
    const bool updates = std::isfinite(result.loss);
    const auto due = updates && pulls ? pulls() : std::span<const leader_pull>();
    assert(due.size() <= std::size(result.pull_distances));
    const std::lock_guard changing(changing_);
    ++steps_;
    if (updates)
      result.finite = sgd_step(parameters_, gradient_, velocity_, settings_, due, result.pull_distances,
                               goal_->layout().trained_size());
    return result;
  }

  double pull(const leader_pull& toward) override {
    const std::lock_guard changing(changing_);
    return apply_pull(parameters_, toward);
  }

  std::uint64_t steps() const override { return steps_; }
  std::uint64_t steps_per_epoch() const override { return goal_->steps_per_epoch(); }
  std::chrono::nanoseconds waited_for_data() const override { return goal_->waited_for_data(); }
  std::uint64_t replaced_pictures() const override { return goal_->replaced_pictures(); }

  double learning_rate() const override { return settings_.learning_rate; }
  void set_learning_rate(double rate) override { settings_.learning_rate = rate; }

  void copy_parameters(std::span<float> out) const override {
    assert(out.size() == parameters_.size());
    std::copy(parameters_.begin(), parameters_.end(), out.begin());
  }

  std::optional<parameter_copy> try_copy_parameters(std::span<float> out) const override {
    const std::unique_lock unchanged(changing_, std::try_to_lock);
    if (!unchanged)
      return std::nullopt;
    copy_parameters(out);
    return parameter_copy{.steps = steps_, .on_device = nullptr};
  }

  void adopt(std::span<const float> parameters) override {
    assert(parameters.size() == parameters_.size());
    const std::lock_guard changing(changing_);
    std::copy(parameters.begin(), parameters.end(), parameters_.begin());
    std::fill(velocity_.begin(), velocity_.end(), 0.0f);
  }

  double probe_loss(std::span<const float> parameters) override {
    assert(parameters.size() == parameters_.size());
    // A rectifier turns NaN into 0, so that the loss of broken parameters can look healthy.
    return all_finite(parameters) ? goal_->probe_loss(parameters) : std::numeric_limits<double>::quiet_NaN();
  }

  trainer_state save() const override { return {steps_, parameters_, velocity_}; }

  void restore(const trainer_state& state) override {
    require_lengths(state, parameters_.size(), velocity_.size());
    const std::lock_guard changing(changing_);
    steps_ = state.steps;
    parameters_ = state.parameters;
    velocity_ = state.velocity;
  }

 private:
  std::unique_ptr<objective> goal_;
  sgd_settings settings_;
  /// Held by this thread while it changes steps_ or parameters_, and by others while they read them.
  mutable std::mutex changing_;
  std::uint64_t steps_ = 0;
  std::vector<float> parameters_;
  std::vector<float> gradient_;
  /// Empty where there is no momentum.
  std::vector<float> velocity_;
};

} // namespace

std::unique_ptr<trainer> make_sgd_trainer(std::unique_ptr<objective> goal, const sgd_settings& settings,
                                          std::uint64_t seed) {
  return std::make_unique<sgd_trainer>(std::move(goal), settings, seed);
}

} // namespace paceline
