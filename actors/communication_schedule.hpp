#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace paceline {

/// Says when the members of a group (or the groups of a run) are to be compared: whenever their steps together cross a
/// multiple of workers * period ("when nlτ divides Σt", algorithm 1). Works from counts in reports, so it needs no message
/// a step, and whatever the members' speeds, a decision falls due once every workers * period steps.
class communication_schedule {
 public:
  /// `steps_between`: workers * period; 0 for never. `members`: how many report.
  communication_schedule(std::size_t members, std::uint64_t steps_between);

  /// Takes effect with the next count: workers have come or gone.
  void set_steps_between(std::uint64_t steps_between) { steps_between_ = steps_between; }

  /// A member has made `steps` in all. Returns true where this crosses a multiple. A report that jumps over several multiples
  /// makes one decision due, not several. A count lower than before (a restarted member) only sets the member's mark, and so
  /// does the first one after lose_mark.
  bool count(std::size_t member, std::uint64_t steps);

  /// What the member counts next says nothing of what it has made since its last count: it was lost, or is not known here.
  void lose_mark(std::size_t member) { marked_[member] = false; }

  /// All members' counts are unknown, and nothing was counted since the last decision.
  void lose_all_marks();

  /// Whether the member's count is known.
  bool has_mark(std::size_t member) const { return marked_[member]; }

  /// Steps of all members together, as last reported.
  std::uint64_t total() const;

  const std::vector<std::uint64_t>& member_steps() const { return member_steps_; }
  std::uint64_t steps_since() const { return steps_since_; }

  /// Continues where a saved schedule stopped. Requires as many members.
  void restore(const std::vector<std::uint64_t>& member_steps, std::uint64_t steps_since);

 private:
  std::vector<std::uint64_t> member_steps_;
  std::vector<bool> marked_;
  std::uint64_t steps_between_;
  std::uint64_t steps_since_ = 0;
};

} // namespace paceline
