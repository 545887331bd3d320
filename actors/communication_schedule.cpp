#include "actors/communication_schedule.hpp"

#include <cassert>
#include <numeric>

namespace paceline {

communication_schedule::communication_schedule(std::size_t members, std::uint64_t steps_between)
  : member_steps_(members, 0), marked_(members, true), steps_between_(steps_between) {}

bool communication_schedule::count(std::size_t member, std::uint64_t steps) {
  assert(member < member_steps_.size());
  auto& mark = member_steps_[member];
  if (marked_[member] && steps > mark)
    steps_since_ += steps - mark;
  mark = steps;
  marked_[member] = true;
  if (steps_between_ == 0 || steps_since_ < steps_between_)
    return false;
  steps_since_ %= steps_between_;
  return true;
}

void communication_schedule::lose_all_marks() {
  marked_.assign(marked_.size(), false);
  steps_since_ = 0;
}

std::uint64_t communication_schedule::total() const {
  return std::accumulate(member_steps_.begin(), member_steps_.end(), std::uint64_t{0});
}

void communication_schedule::restore(const std::vector<std::uint64_t>& member_steps, std::uint64_t steps_since) {
  assert(member_steps.size() == member_steps_.size());
  member_steps_ = member_steps;
  marked_.assign(marked_.size(), true);
  steps_since_ = steps_since;
}

} // namespace paceline
