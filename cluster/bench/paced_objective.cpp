#include "cluster/bench/paced_objective.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace paceline {

namespace {

class paced_objective final : public objective {
 public:
  explicit paced_objective(paced_steps steps) : steps_(std::move(steps)) { layout_.append("x", {4}); }

  const parameter_layout& layout() const override { return layout_; }

  void initialise(std::span<float> parameters, std::uint64_t) const override {
    std::fill(parameters.begin(), parameters.end(), 0.0f);
  }

  double loss_and_gradient(std::span<const float>, std::span<float> gradient, std::uint64_t step) override {
    const auto began = std::chrono::steady_clock::now();
    std::this_thread::sleep_until(steps_.end_of(step, began));
    std::fill(gradient.begin(), gradient.end(), 0.0f);
    if (steps_.made)
      steps_.made(step, began, std::chrono::steady_clock::now());
    return steps_.loss_of(step);
  }

  double probe_loss(std::span<const float>) override { return 0; }

 private:
  parameter_layout layout_;
  paced_steps steps_;
};

} // namespace

std::unique_ptr<objective> make_paced_objective(paced_steps steps) {
  return std::make_unique<paced_objective>(std::move(steps));
}

} // namespace paceline
