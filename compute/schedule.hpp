#pragma once

#include <cstdint>
#include <vector>

namespace paceline {

/// How the learning rate changes over a run. A pure function of how much of the budget is used, so it serves budgets in
/// steps, epochs and time alike.
struct learning_rate_schedule {
  enum class kind : std::uint8_t { constant, step, cosine };

  kind shape = kind::constant;
  /// For `step`: shares of the budget, rising, at which the rate is multiplied by `factor`.
  std::vector<double> milestones;
  double factor = 0.1;
  /// Share of the budget over which the rate first rises linearly from 0; 0 for none. A cosine fills what is left.
  double warmup = 0;
  /// For `cosine`: the rate at the end, as a share of the rate at the start.
  double final_share = 0;

  /// The factor on the base learning rate when `done` (0 to 1; clamped) of the budget is used.
  double factor_at(double done) const;
};

} // namespace paceline
