#include "compute/host_trainer.hpp"

#include "compute/finite.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>

namespace paceline {

namespace {

class host_trainer final : public trainer {
 public:
  host_trainer(std::unique_ptr<objective> goal, const optimiser_settings& settings, std::uint64_t seed)
    : goal_(std::move(goal)),
      optimiser_(make_optimiser(settings, goal_->layout())),
      learning_rate_(settings.learning_rate),
      parameters_(goal_->layout().size()),
      gradient_(parameters_.size()) {
    goal_->initialise(parameters_, seed);
  }

  const parameter_layout& layout() const override { return goal_->layout(); }

  step_result step(const pull_source& pulls) override {
    begin_step();
    return finish_step(pulls);
  }

  double begin_step() override {
    loss_ = goal_->loss_and_gradient(optimiser_->look_from(parameters_), gradient_, steps_);
    return loss_;
  }

  std::span<const float> gradient() const override { return gradient_; }

  step_result finish_step(const pull_source& pulls) override { return finish(std::isfinite(loss_), pulls); }

  step_result finish_step_by(std::span<const float> gradient) override {
    assert(gradient.size() == gradient_.size());
    std::copy(gradient.begin(), gradient.end(), gradient_.begin());
    // Others' gradients may be well where the own loss is not.
    return finish(all_finite(gradient_), pull_source());
  }

  double pull(const leader_pull& toward) override {
    const std::lock_guard changing(changing_);
    return apply_pull(parameters_, toward);
  }

  std::uint64_t steps() const override { return steps_; }
  std::uint64_t steps_per_epoch() const override { return goal_->steps_per_epoch(); }
  std::chrono::nanoseconds waited_for_data() const override { return goal_->waited_for_data(); }
  std::uint64_t replaced_pictures() const override { return goal_->replaced_pictures(); }

  double learning_rate() const override { return learning_rate_; }
  void set_learning_rate(double rate) override { learning_rate_ = rate; }

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
    optimiser_->forget();
  }

  double probe_loss(std::span<const float> parameters) override {
    assert(parameters.size() == parameters_.size());
    // A rectifier turns NaN into 0, so that the loss of broken parameters can look healthy.
    return all_finite(parameters) ? goal_->probe_loss(parameters) : std::numeric_limits<double>::quiet_NaN();
  }

  trainer_state save() const override { return {steps_, parameters_, optimiser_->state()}; }

  void restore(const trainer_state& state) override {
    const auto& own = optimiser_->state();
    require_lengths(state, parameters_.size(), own.velocity.size(), own.second_moment.size());
    const std::lock_guard changing(changing_);
    steps_ = state.steps;
    parameters_ = state.parameters;
    optimiser_->set_state(state.optimiser);
  }

 private:
  /// The update of the gradient that is there.
  step_result finish(bool updates, const pull_source& pulls) {
    step_result result;
    result.loss = loss_;
    const auto due = updates && pulls ? pulls() : std::span<const leader_pull>();
    assert(due.size() <= std::size(result.pull_distances));
    const std::lock_guard changing(changing_);
    ++steps_;
    if (updates)
      result.finite = optimiser_->step(parameters_, gradient_, learning_rate_, due, result.pull_distances);
    return result;
  }

  std::unique_ptr<objective> goal_;
  std::unique_ptr<optimiser> optimiser_;
  double learning_rate_;
  /// Held by this thread while it changes steps_ or parameters_, and by others while they read them.
  mutable std::mutex changing_;
  std::uint64_t steps_ = 0;
  std::vector<float> parameters_;
  std::vector<float> gradient_;
  /// Of that gradient's batch.
  double loss_ = 0;
};

} // namespace

std::unique_ptr<trainer> make_host_trainer(std::unique_ptr<objective> goal, const optimiser_settings& settings,
                                           std::uint64_t seed) {
  return std::make_unique<host_trainer>(std::move(goal), settings, seed);
}

} // namespace paceline
