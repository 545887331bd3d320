#pragma once

#include "actors/strategy.hpp"

namespace paceline {

/// Leader gradient descent, the batch version (Teng et al. 2019): before every step the worker leads whose objective is least where it
/// stands, and each steps and is pulled at once, from there:
///   x ← x − η g(x) − pull (x − x̃), the leader's x̃ before its own step, which is a plain one.
/// In a free-running cluster x̃ is the newest that was heard of.
struct lgd {
  double pull = 0.1;

  strategy_settings settings() const;
};

} // namespace paceline
