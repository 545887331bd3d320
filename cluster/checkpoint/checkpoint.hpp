#pragma once

#include "actors/run_state.hpp"
#include "compute/parameter_layout.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

// A checkpoint is a folder step-000001234/ (steps of all workers together) that is there whole or not at all:
//   leader.safetensors       the model that led when the state was taken; absent where nobody could lead
//   centre.safetensors       the mean of all workers' parameters
//   worker-G.I.safetensors   a worker's parameters, its momentum under "velocity/NAME", its loss window
//   strategy.safetensors     what the strategy's centre remembers (centre_file.hpp); absent where there is none
//   state.json               counts, training time, and what the coordinators know
// docs/run-folder.md describes each field.

/// What the files of a checkpoint say about where they come from, as texts for `paceline eval` and for people.
struct checkpoint_origin {
  /// The model as JSON, enough to build it again.
  std::string model;
  /// The data it was trained on.
  std::string data;
  /// See class_names_text; empty where it is not known.
  std::string classes = {};
};

/// Writes a checkpoint into `folder` (runs/NAME/checkpoints, which exists) and then removes all but itself and
/// the `keep` newest. One of the same step count is replaced. Returns the checkpoint's folder.
/// Requires: at least one worker, every worker's vectors as long as the layout; keep >= 1.
/// Throws io_failure; then nothing of the new checkpoint is left and the older ones are intact.
std::filesystem::path save_checkpoint(const std::filesystem::path& folder, const run_state& state,
                                      const parameter_layout& layout, const checkpoint_origin& origin,
                                      std::size_t keep);

/// Reads a checkpoint back to the bit.
/// Throws io_failure, or invalid_input where the files are damaged or of another model.
run_state load_checkpoint(const std::filesystem::path& checkpoint, const parameter_layout& layout);

/// All checkpoints in `folder`, the one of most steps first.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& folder);

/// The first of these; empty where there is none.
std::optional<std::filesystem::path> find_latest_checkpoint(const std::filesystem::path& folder);

/// Gives a damaged checkpoint another name, step-000001234.damaged, under which it is none any more but can be looked at.
/// Returns where it is. Throws io_failure.
std::filesystem::path set_aside_checkpoint(const std::filesystem::path& checkpoint);

/// Removes what a killed writer left.
/// Requires that nobody writes checkpoints there now.
/// Throws io_failure.
void remove_unfinished_checkpoints(const std::filesystem::path& folder);

} // namespace paceline
