#pragma once

#include "actors/centre_rule.hpp"
#include "compute/leader_pull.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace paceline {

/// Whether a candidate's loss is believed, or checked by another worker before it is announced.
struct verification_settings {
  /// Off: what a worker claims is believed.
  bool probe = false;
  /// A claim holds where the candidate's parameters score at most so much more on the probe batch, as a share of the claimed
  /// loss, and `allowance` more in any case, which is for losses near 0, where a batch's chance alone is more than any share. The claim is a mean over training batches with augmentation and dropout and over parameters
  /// that moved meanwhile, so it and the score differ between honest workers too: wide enough for them, and far too narrow for a loss
  /// that is made up or parameters that are spoilt.
  double tolerance = 3;
  double allowance = 0.1;
  /// A candidate that was not scored by then is passed over.
  std::chrono::nanoseconds time_limit = std::chrono::seconds(10);
};

/// Pulls in every step toward the newest leader that was heard of, beside those at decisions.
struct steady_pulls {
  /// Strengths, in [0, 1]; 0 for none.
  double group = 0;
  double global = 0;
  pull_kind kind = pull_kind::after_step;
};

/// How workers exchange with a centre.
struct centre_settings {
  /// A worker's own steps between two exchanges.
  std::uint64_t period = 1;
  /// Gradients, in each step, instead of parameters.
  bool gradients = false;
  /// A barrier: each exchange is one of all live workers, which wait for it.
  bool together = false;
  /// Workers go on from the centre, so that an exchange belongs to the steps before it, not to the one that follows, and the last steps
  /// of a run have theirs.
  bool replaces = false;
  std::function<std::unique_ptr<centre_rule>(const centre_shape&)> make_rule;
};

/// A strategy as data: what decides when workers are compared and how strongly they are pulled, multi-leader LSGD (Teng et al.
/// 2019, algorithm 1) where nothing else is said; or what they exchange with a centre.
struct strategy_settings {
  /// τ: steps a worker between decisions within a group; 0 for never.
  std::uint64_t period_group = 64;
  /// τ_G: steps a worker between decisions over all groups; 0 for never.
  std::uint64_t period_global = 128;
  /// λ and λ_G, in [0, 1]; not multiplied by the learning rate.
  double pull_group = 0.1;
  double pull_global = 0.1;
  steady_pulls steady;
  /// Workers are compared by the objective's value where they stand (on its probe batch where it is not known whole), not by
  /// their training losses.
  bool compares_objective = false;
  /// Losses averaged for a comparison.
  std::size_t loss_window = 10;
  /// A report older than this cannot win an election: its worker may be gone.
  std::chrono::nanoseconds max_report_age = std::chrono::seconds(60);
  /// Without effect in lock-step.
  verification_settings verification;
  /// Where the strategy has a centre; nobody leads then.
  std::optional<centre_settings> centre;
};

/// How many steps a worker makes between two reports: at most four reports a period, and a divisor of both periods, so that the
/// counted steps of a group meet each multiple of workers * period exactly. Where nothing is ever decided, 16.
std::uint64_t report_interval(const strategy_settings& strategy);

} // namespace paceline
