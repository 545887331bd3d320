#pragma once

#include "cluster/config/run_config.hpp"

#include <functional>
#include <string>

namespace paceline {

/// Where a process finds out which node of the run it is, as Slurm and Kubernetes tell it.
struct surroundings {
  /// An environment variable, or empty.
  std::function<std::string(const char* variable)> variable;
  std::string host_name;
};

/// This process's own.
surroundings own_surroundings();

/// Which node this process is, when nobody said so: the node called as SLURMD_NODENAME, else the one at the place SLURM_NODEID
/// (counted from 0, by name), else the one called as the host (of a pod "paceline-1.trainers" the part before the dot).
/// Throws invalid_input where none of these tells, with what was found.
std::string node_name_from_surroundings(const run_config& config, const surroundings& found = own_surroundings());

} // namespace paceline
