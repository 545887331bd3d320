#pragma once

#include "messages/node_state.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace paceline {

/// What one node knows of the steps of all: its own exactly, those of the others as they were told last, at first or second
/// hand. A node's number never falls, and stays when the node is lost: the steps were made.
///
/// A node that has lost its memory learns from the others how many steps its earlier incarnations had made, and counts on.
class known_steps {
 public:
  /// `own_at_start`: steps that this node knows to have made before (of a checkpoint). What is said of a node that is not one of
  /// `nodes` counts for nothing.
  known_steps(std::string own, std::uint64_t own_at_start, std::vector<std::string> nodes);

  /// `own_now`: as for own(), at this moment; what the others say of this node is compared with it.
  void hear(const node_state& from, std::uint64_t own_now);

  /// Steps of this node since the run began, its earlier incarnations included. `own_now`: those at the start and those made since.
  std::uint64_t own(std::uint64_t own_now) const { return earlier_ + own_now; }

  /// Steps of the run that are not in `own_now`: of the other nodes, and of this one's forgotten incarnations.
  std::uint64_t elsewhere() const;

  /// By node, without this one; what node_state::others carries.
  std::vector<node_state::known_steps> others() const;

 private:
  void raise(const std::string& node, std::uint64_t steps, std::uint64_t own_now);

  std::string own_;
  std::uint64_t own_at_start_;
  std::vector<std::string> nodes_;
  /// Made by earlier incarnations and not part of own_at_start_.
  std::uint64_t earlier_ = 0;
  std::map<std::string, std::uint64_t> others_;
};

} // namespace paceline
