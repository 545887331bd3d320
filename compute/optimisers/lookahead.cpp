#include "compute/optimisers/optimisers.hpp"
#include "compute/optimisers/pulled_step.hpp"

#include <algorithm>
#include <vector>

namespace paceline {
namespace {

class lookahead final : public optimiser {
 public:
  lookahead(const optimiser_settings& settings, const parameter_layout& layout)
    : optimiser(settings, layout), momentum_(static_cast<float>(settings.momentum)), ahead_(layout.size()) {
    state_.velocity.resize(layout.size());
  }

  std::span<const float> look_from(std::span<const float> x) override {
    const auto trained = layout_.trained_size();
    for (std::size_t i = 0; i < trained; ++i)
      ahead_[i] = x[i] + momentum_ * state_.velocity[i];
    std::copy(x.begin() + static_cast<std::ptrdiff_t>(trained), x.end(),
              ahead_.begin() + static_cast<std::ptrdiff_t>(trained));
    return ahead_;
  }

 protected:
  bool move(std::span<float> x, std::span<const float> gradient, double learning_rate,
            std::span<const leader_pull> pulls, std::span<double> distances) override {
    const auto rate = static_cast<float>(learning_rate);
    const auto decay = static_cast<float>(settings_.weight_decay);
    return pulled_step(x, gradient, layout_.trained_size(), pulls, distances,
                       [&](std::span<float> moved, std::span<const float> g) {
                         auto& v = state_.velocity;
                         for (std::size_t i = 0; i < moved.size(); ++i) {
                           v[i] = momentum_ * v[i] - rate * (g[i] + decay * ahead_[i]);
                           moved[i] += v[i];
                         }
                       });
  }

 private:
  float momentum_;
  /// Where the gradient was computed.
  std::vector<float> ahead_;
};

} // namespace

std::unique_ptr<optimiser> make_lookahead(const optimiser_settings& settings, const parameter_layout& layout) {
  return std::make_unique<lookahead>(settings, layout);
}

} // namespace paceline
