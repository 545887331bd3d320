#include "actors/known_steps.hpp"

#include <algorithm>
#include <utility>

namespace paceline {

known_steps::known_steps(std::string own, std::uint64_t own_at_start, std::vector<std::string> nodes)
  : own_(std::move(own)), own_at_start_(own_at_start), nodes_(std::move(nodes)) {}

void known_steps::hear(const node_state& from, std::uint64_t own_now) {
  raise(from.node, from.steps, own_now);
  for (const auto& other : from.others)
    raise(other.node, other.steps, own_now);
}

std::uint64_t known_steps::elsewhere() const {
  auto sum = earlier_;
  for (const auto& [node, steps] : others_)
    sum += steps;
  return sum;
}

std::vector<node_state::known_steps> known_steps::others() const {
  std::vector<node_state::known_steps> list;
  for (const auto& [node, steps] : others_)
    list.push_back({node, steps});
  return list;
}

void known_steps::raise(const std::string& node, std::uint64_t steps, std::uint64_t own_now) {
  if (std::find(nodes_.begin(), nodes_.end(), node) == nodes_.end())
    return;
  if (node != own_) {
    auto& known = others_[node];
    known = std::max(known, steps);
  } else if (steps > own(own_now)) {
    // More than this incarnation can have told: all of it was made before the start.
    earlier_ = steps - own_at_start_;
  }
}

} // namespace paceline
