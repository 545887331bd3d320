#pragma once

#include "actors/centre_rule.hpp"
#include "actors/strategy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace paceline {

// Strategies with a centre, each in a file of its own. x is a worker's parameters, x̃ the centre, p the number of workers.

/// Elastic averaging (Zhang et al. 2015). x̃ begins at the mean of the starts. Every `period` own steps of a worker
///   d ← alpha (x − x̃);  x̃ ← x̃ + d;  x ← x − d − η g(x)
/// and, where it is synchronous, for all workers at once
///   x ← x − alpha (x − x̃) − η g(x);  x̃ ← (1 − beta) x̃ + beta mean(x), with the x and x̃ before.
struct easgd {
  std::uint64_t period = 16;
  /// beta / p where it is not given.
  std::optional<double> alpha;
  double beta = 0.43;
  bool synchronous = false;

  centre_settings settings() const;

  double alpha_of(std::size_t workers) const { return alpha.value_or(beta / static_cast<double>(workers)); }

  /// Above it the elastic forces overshoot and grow, on a quadratic of curvature 1: of alpha (4 − 2 η) / (4 − η) (Zhang et al. 2015, section 4),
  /// synchronous 2 − beta, the sum of both being what a difference between worker and centre shrinks by.
  double largest_stable_alpha(double learning_rate) const;
};

/// DOWNPOUR (Dean et al. 2012). Every `period` own steps of a worker, v being what its steps have moved it by since the last time:
///   x̃ ← x̃ + v;  x ← x̃.
/// Where the answer comes late, the worker keeps what it has moved by since.
struct downpour {
  std::uint64_t period = 16;

  centre_settings settings() const;
};

/// Local SGD: every `period` steps all workers go on from the mean of all.
struct local_sgd {
  std::uint64_t period = 16;

  centre_settings settings() const;
};

/// DiLoCo (Douillard et al. 2023): every `period` steps
///   Δ ← x̃ − mean(x);  b ← outer_momentum b + Δ;  x̃ ← x̃ − outer_learning_rate (Δ + outer_momentum b);  x ← x̃
/// with the inner optimiser's state kept by each worker.
struct diloco {
  std::uint64_t period = 500;
  double outer_learning_rate = 0.7;
  double outer_momentum = 0.9;

  centre_settings settings() const;
};

/// Synchronous data-parallel SGD: in each step all workers move by the mean of their gradients.
struct sync_sgd {
  centre_settings settings() const;
};

} // namespace paceline
