#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/run_state.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/record/leadership_tally.hpp"
#include "cluster/record/run_folder.hpp"
#include "compute/parameter_layout.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace paceline {

// What a run that goes on finds of its earlier part.

/// A checkpoint that cannot be read, and why.
struct damaged_checkpoint {
  std::filesystem::path path;
  std::string why;
};

/// What a resumed run goes on from.
struct earlier_state {
  /// Its latest checkpoint that can be read; nothing where there is none.
  std::shared_ptr<const run_state> state;
  /// Where that lies.
  std::filesystem::path checkpoint = {};
  /// Later ones, which are to be set aside: else they would go on being the latest.
  std::vector<damaged_checkpoint> damaged;
};

/// Looks for it, and changes nothing but what a killed writer left. Throws invalid_input where the checkpoint is of another model, cluster or
/// optimiser, or where all are damaged and the run cannot go on `without_one`; io_failure where one cannot be looked at.
earlier_state load_state(const run_folder& folder, const parameter_layout& layout, const cluster_plan& plan,
                         const run_config& config, bool without_one);

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
