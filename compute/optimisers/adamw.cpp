#include "compute/optimisers/optimisers.hpp"
#include "compute/optimisers/pulled_step.hpp"

#include <cmath>

namespace paceline {
namespace {

class adamw final : public optimiser {
 public:
  adamw(const optimiser_settings& settings, const parameter_layout& layout) : optimiser(settings, layout) {
    state_.velocity.resize(layout.size());
    state_.second_moment.resize(layout.size());
  }

 protected:
  bool move(std::span<float> x, std::span<const float> gradient, double learning_rate,
            std::span<const leader_pull> pulls, std::span<double> distances) override {
    const auto t = static_cast<double>(state_.steps);
    const auto rate = static_cast<float>(learning_rate / (1 - std::pow(settings_.beta1, t)));
    const auto root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(settings_.beta2, t)));
    const auto kept = static_cast<float>(1 - learning_rate * settings_.weight_decay);
    const auto beta1 = static_cast<float>(settings_.beta1);
    const auto beta2 = static_cast<float>(settings_.beta2);
    const auto epsilon = static_cast<float>(settings_.epsilon);
    return pulled_step(x, gradient, layout_.trained_size(), pulls, distances,
                       [&](std::span<float> moved, std::span<const float> g) {
                         auto* const m = state_.velocity.data();
                         auto* const s = state_.second_moment.data();
                         for (std::size_t i = 0; i < moved.size(); ++i) {
                           m[i] = beta1 * m[i] + (1 - beta1) * g[i];
                           s[i] = beta2 * s[i] + (1 - beta2) * g[i] * g[i];
                           moved[i] = kept * moved[i] - rate * m[i] / (std::sqrt(s[i]) * root_scale + epsilon);
                         }
                       });
  }
};

} // namespace

std::unique_ptr<optimiser> make_adamw(const optimiser_settings& settings, const parameter_layout& layout) {
  return std::make_unique<adamw>(settings, layout);
}

} // namespace paceline
