#include "compute/optimiser.hpp"

#include "compute/optimisers/optimisers.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace paceline {

bool optimiser::step(std::span<float> x, std::span<float> gradient, double learning_rate,
                     std::span<const leader_pull> pulls, std::span<double> distances) {
  if (settings_.clip > 0)
    cut(gradient.first(layout_.trained_size()));
  ++state_.steps;
  return move(x, gradient, learning_rate, pulls, distances);
}

void optimiser::cut(std::span<float> gradient) const {
  double squares = 0;
  for (const double g : gradient)
    squares += g * g;
  // As torch.nn.utils.clip_grad_norm_ does it.
  const auto share = settings_.clip / (std::sqrt(squares) + 1e-6);
  if (share < 1)
    for (auto& g : gradient)
      g = static_cast<float>(g * share);
}

void optimiser_state::clear() {
  std::fill(velocity.begin(), velocity.end(), 0.0f);
  std::fill(second_moment.begin(), second_moment.end(), 0.0f);
  steps = 0;
}

std::unique_ptr<optimiser> make_optimiser(const optimiser_settings& settings, const parameter_layout& layout) {
  switch (settings.kind) {
    case optimiser_kind::sgd:
      return make_sgd(settings, layout);
    case optimiser_kind::lookahead:
      return make_lookahead(settings, layout);
    case optimiser_kind::lars:
      return make_lars(settings, layout);
    case optimiser_kind::adamw:
      return make_adamw(settings, layout);
  }
  throw std::logic_error("no such optimiser");
}

} // namespace paceline
