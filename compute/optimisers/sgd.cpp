#include "compute/optimisers/optimisers.hpp"

namespace paceline {
namespace {

class sgd final : public optimiser {
 public:
  sgd(const optimiser_settings& settings, const parameter_layout& layout) : optimiser(settings, layout) {
    if (settings.momentum != 0)
      state_.velocity.resize(layout.size());
  }

 protected:
  bool move(std::span<float> x, std::span<const float> gradient, double learning_rate,
            std::span<const leader_pull> pulls, std::span<double> distances) override {
    auto how = settings_.sgd();
    how.learning_rate = learning_rate;
    return sgd_step(x, gradient, state_.velocity, how, pulls, distances, layout_.trained_size());
  }
};

} // namespace

std::unique_ptr<optimiser> make_sgd(const optimiser_settings& settings, const parameter_layout& layout) {
  return std::make_unique<sgd>(settings, layout);
}

} // namespace paceline
