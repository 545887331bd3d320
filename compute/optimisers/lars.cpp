#include "compute/optimisers/optimisers.hpp"
#include "compute/optimisers/pulled_step.hpp"

#include <cmath>
#include <limits>

namespace paceline {
namespace {

double length_of(std::span<const float> values) {
  double squares = 0;
  for (const double value : values)
    squares += value * value;
  return std::sqrt(squares);
}

class lars final : public optimiser {
 public:
  lars(const optimiser_settings& settings, const parameter_layout& layout) : optimiser(settings, layout) {
    if (settings.momentum != 0)
      state_.velocity.resize(layout.size());
  }

 protected:
  bool move(std::span<float> x, std::span<const float> gradient, double learning_rate,
            std::span<const leader_pull> pulls, std::span<double> distances) override {
    return pulled_step(x, gradient, layout_.trained_size(), pulls, distances,
                       [&](std::span<float> moved, std::span<const float> g) {
                         for (const auto& slice : layout_.slices())
                           if (slice.offset < moved.size())
                             move_slice(slice, moved, g, static_cast<float>(learning_rate));
                       });
  }

 private:
  void move_slice(const parameter_slice& slice, std::span<float> all, std::span<const float> gradient, float rate) {
    const auto x = all.subspan(slice.offset, slice.size);
    const auto g = gradient.subspan(slice.offset, slice.size);
    const auto share = share_of(length_of(x), length_of(g));
    const auto decay = static_cast<float>(settings_.weight_decay);
    const auto momentum = static_cast<float>(settings_.momentum);
    auto* const v = state_.velocity.empty() ? nullptr : state_.velocity.data() + slice.offset;
    for (std::size_t i = 0; i < x.size(); ++i) {
      auto d = share * (g[i] + decay * x[i]);
      if (v)
        d = v[i] = momentum * v[i] + d;
      x[i] -= rate * d;
    }
  }

  float share_of(double x, double g) const {
    // A slice that begins at nothing would stay there.
    if (x == 0 || g == 0)
      return 1;
    const auto share = settings_.trust * x / (g + settings_.weight_decay * x);
    // Of a gradient that is next to nothing.
    return share <= std::numeric_limits<float>::max() ? static_cast<float>(share) : 1;
  }
};

} // namespace

std::unique_ptr<optimiser> make_lars(const optimiser_settings& settings, const parameter_layout& layout) {
  return std::make_unique<lars>(settings, layout);
}

} // namespace paceline
