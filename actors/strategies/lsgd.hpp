#pragma once

#include "actors/strategy.hpp"

#include <cstdint>

namespace paceline {

/// Leader SGD with several leaders (Teng et al. 2019, algorithm 1). Whenever the workers of a group have made `period_group` steps each, on
/// average, that of least mean loss leads it, and the others move: x ← x − pull_group (x − x̃). Likewise over all groups.
/// In 2021 its authors' program added a pull behind every step, toward the newest leader, of the strength `proximal_group` / `period_group` and
/// `proximal_global` / `period_global`.
struct lsgd {
  std::uint64_t period_group = 64;
  std::uint64_t period_global = 128;
  double pull_group = 0.1;
  double pull_global = 0.1;
  double proximal_group = 0;
  double proximal_global = 0;

  strategy_settings settings() const;
};

} // namespace paceline
