#pragma once

#include "actors/run_state.hpp"
#include "cluster/checkpoint/checkpoint.hpp"
#include "compute/model.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace paceline {

/// The state of a whole run, put together from the checkpoints of its nodes, each of which holds its own groups' workers.
class merged_state {
 public:
  /// Of a run of so many groups of so many workers.
  merged_state(std::uint32_t groups, std::uint32_t workers_per_group);

  /// Adds a node's checkpoint; its groups are `count` from `first` on. Workers are named as in the whole run.
  /// Throws io_failure, or invalid_input where the checkpoint is damaged, of another model than those before it, or holds
  /// workers of other groups; then nothing was added.
  void add(const std::filesystem::path& checkpoint, std::uint32_t first, std::uint32_t count);

  bool empty() const { return state_.workers.empty(); }

  /// All nodes are added: decides who leads (choose_leader). Requires: not empty.
  void complete(std::size_t loss_window);

  const run_state& state() const { return state_; }

  /// The model, as the checkpoints describe it. Requires: not empty.
  const model& network() const { return *network_; }

  /// Writes it as a checkpoint of the run (save_checkpoint). Requires: complete.
  void save(const std::filesystem::path& folder, std::size_t keep) const;

 private:
  std::uint32_t workers_per_group_;
  run_state state_;
  std::optional<model> network_;
  checkpoint_origin origin_;
};

} // namespace paceline
