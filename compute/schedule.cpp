#include "compute/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace paceline {

double learning_rate_schedule::factor_at(double done) const {
  done = std::clamp(done, 0.0, 1.0);
  if (done < warmup)
    return done / warmup;
  switch (shape) {
    case kind::constant:
      break;
    case kind::step: {
      const auto passed = std::count_if(milestones.begin(), milestones.end(), [&](double m) { return m <= done; });
      return std::pow(factor, static_cast<double>(passed));
    }
    case kind::cosine: {
      const auto share = warmup < 1 ? (done - warmup) / (1 - warmup) : 0;
      return final_share + (1 - final_share) * (1 + std::cos(std::numbers::pi * share)) / 2;
    }
  }
  return 1;
}

} // namespace paceline
