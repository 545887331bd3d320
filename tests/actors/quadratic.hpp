#pragma once

#include "compute/counter_random.hpp"
#include "compute/objective.hpp"

#include <functional>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace paceline {

/// f(x) = 1/2 Σ curvature_i x_i² with gradient noise that depends on the step: the smallest objective with a life of its own.
class quadratic final : public objective {
 public:
  explicit quadratic(std::size_t size = 8, float noise = 0.0f, std::uint64_t seed = 0) : noise_(noise), seed_(seed) {
    layout_.append("x", {static_cast<std::int64_t>(size)});
  }

  /// From that step on the loss is NaN, for so many steps.
  void diverge_at(std::uint64_t step, std::uint64_t steps = std::numeric_limits<std::uint64_t>::max()) {
    bad_from_ = step;
    bad_steps_ = steps;
  }

  /// What happens elsewhere while each gradient is computed.
  void while_computing(std::function<void()> what) { meanwhile_ = std::move(what); }

  /// At that step a call throws.
  void throw_at(std::uint64_t step) { throws_at_ = step; }

  const parameter_layout& layout() const override { return layout_; }

  void initialise(std::span<float> parameters, std::uint64_t seed) const override {
    counter_random random(seed);
    for (auto& x : parameters)
      x = random.uniform(-1.0f, 1.0f);
  }

  double loss_and_gradient(std::span<const float> parameters, std::span<float> gradient, std::uint64_t step) override {
    if (meanwhile_)
      meanwhile_();
    if (step == throws_at_)
      throw std::runtime_error("the data ran out");
    if (step >= bad_from_ && step - bad_from_ < bad_steps_)
      return std::numeric_limits<double>::quiet_NaN();
    counter_random random(derive_seed(seed_, step));
    for (std::size_t i = 0; i < parameters.size(); ++i)
      gradient[i] = curvature(i) * parameters[i] + random.uniform(-noise_, noise_);
    return probe_loss(parameters);
  }

  double probe_loss(std::span<const float> parameters) override {
    double loss = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      loss += 0.5 * curvature(i) * parameters[i] * parameters[i];
    return loss;
  }

  std::uint64_t steps_per_epoch() const override { return 10; }

 private:
  static float curvature(std::size_t i) { return 0.5f + 0.25f * static_cast<float>(i); }

  parameter_layout layout_;
  float noise_;
  std::uint64_t seed_;
  std::uint64_t bad_from_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t bad_steps_ = 0;
  std::function<void()> meanwhile_;
  std::uint64_t throws_at_ = std::numeric_limits<std::uint64_t>::max();
};

} // namespace paceline
