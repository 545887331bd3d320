#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/config/value_kinds.hpp"

#include <cstddef>
#include <span>

namespace paceline {

/// A number of the cluster file that each worker may have for itself.
struct hyperparameter {
  /// Its key, in its own section ("optimizer" or "strategy") and in `workers`.
  const char* name;
  number allowed;
  double& (*field)(run_config&);
  /// Whether the file's strategy and optimizer have it.
  bool (*is_used)(const run_config&);
};

std::span<const hyperparameter> hyperparameters();

/// What the file says for the worker at that position over the whole run, its own hyperparameters filled in.
run_config config_of_worker(const run_config& config, std::size_t position);

} // namespace paceline
