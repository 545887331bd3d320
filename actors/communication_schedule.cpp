#include "actors/communication_schedule.hpp"

#include <cassert>
#include <numeric>

namespace paceline {

communication_schedule::communication_schedule(std::size_t members, std::uint64_t steps_between)
  : member_steps_(members, 0), steps_between_(steps_between) {}

bool communication_schedule::count(std::size_t member, std::uint64_t steps) {
  assert(member < member_steps_.size());
  auto& mark = member_steps_[member];
  if (steps > mark)
    steps_since_ += steps - mark;
  mark = steps;
  if (steps_between_ == 0 || steps_since_ < steps_between_)
    return false;
  steps_since_ %= steps_between_;
  return true;
}

std::uint64_t communication_schedule::total() const {
  return std::accumulate(member_steps_.begin(), member_steps_.end(), std::uint64_t{0});
}

void communication_schedule::restore(const std::vector<std::uint64_t>& member_steps, std::uint64_t steps_since) {
  assert(member_steps.size() == member_steps_.size());
  member_steps_ = member_steps;
  steps_since_ = steps_since;
}

} // namespace paceline
