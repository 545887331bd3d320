#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/run_state.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/record/leadership_tally.hpp"
#include "cluster/record/run_folder.hpp"
#include "compute/parameter_layout.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace paceline {

// What a run that goes on finds of its earlier part.

/// What a resumed run goes on from.
struct earlier_state {
  /// Its latest checkpoint that can be read; nothing where it was killed before its first one.
  std::shared_ptr<const run_state> state;
  /// A line for each later one, which was set aside.
  std::vector<std::string> set_aside;
};

/// Looks for it. Throws what is wrong with the latest checkpoint where none can be used: invalid_input where it is damaged, or of another
/// model, cluster or optimiser, or io_failure; then none was set aside.
earlier_state load_state(const run_folder& folder, const parameter_layout& layout, const cluster_plan& plan,
                         const run_config& config);

/// What the logs of a resumed run hold already.
struct earlier_records {
  leadership_tally leadership;
  std::chrono::nanoseconds latest{0};
  /// When the last rehearsed fault began, also where that is behind `latest`: none is carried out twice.
  std::chrono::nanoseconds latest_fault{0};
};

/// Drops from the logs what happened behind the checkpoint, and counts what stays. What tells of failures, faults, restarts and other
/// nodes stays in any case: it may be why the run goes on from there.
earlier_records trim_logs(const run_folder& folder, const std::shared_ptr<const run_state>& state);

/// A node's logs are the history of all its processes: what one of them did stays true when the next one goes on from elsewhere.
earlier_records count_logs(const run_folder& folder);

} // namespace paceline
