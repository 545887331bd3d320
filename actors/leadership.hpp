#pragma once

#include "actors/communication_schedule.hpp"
#include "actors/leader_election.hpp"
#include "actors/run_state.hpp"
#include "actors/strategy.hpp"
#include "messages/leader_announcement.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace paceline {

struct leadership_settings {
  paceline::scope scope = paceline::scope::group;
  /// The group decided for; 0 where the scope is global.
  std::uint32_t group = 0;
  /// Who is compared: the workers of the group, or the groups of the run.
  std::size_t members = 1;
  /// Workers times period; 0 for never.
  std::uint64_t steps_between = 0;
  std::chrono::nanoseconds max_report_age{0};
  /// How whoever announces the decisions looks at candidates before, and the steps of a loss window, which that has to know.
  verification_settings verification;
  std::size_t loss_window = 1;
};

/// What a group leader and the global leader do alike: keep the latest report of each member, and when the schedule says so,
/// elect. Knows no actor; time is passed in. The whole state is soft.
class leadership {
 public:
  explicit leadership(const leadership_settings& settings);

  /// Member `member` (worker index, or group) has made `steps` in all, and its candidate (the worker itself, or the group's
  /// best) is `candidate`, if it has one.
  void note(std::size_t member, std::uint64_t steps, const std::optional<loss_report>& candidate);

  /// A decision, where one has fallen due since the last call and somebody can lead.
  std::optional<leader_announcement> decide(std::chrono::nanoseconds now);

  // The same in steps, for who looks at a candidate before it is announced (actors/verification.hpp).

  /// Whether a decision has fallen due since the last call.
  bool take_due();

  /// The decision as it would be made now; empty where nobody can lead.
  std::optional<leader_announcement> candidate(std::chrono::nanoseconds now) const;

  /// That candidate is announced.
  void commit(const leader_announcement& decision);

  /// A member's candidate is not to be compared before the member has reported again.
  void pass_over(std::size_t member);

  /// Forgets a member's candidate: it is known to be gone.
  void forget(std::size_t member);

  /// The comparison as it stands, due or not.
  election compare(std::chrono::nanoseconds now) const;

  /// Steps of all members together, as last reported.
  std::uint64_t total_steps() const { return schedule_.total(); }

  leadership_state save() const;
  void restore(const leadership_state& state);

 private:
  leadership_settings settings_;
  communication_schedule schedule_;
  std::vector<std::optional<loss_report>> candidates_;
  bool due_ = false;
  std::uint64_t decisions_ = 0;
  std::optional<worker_id> leader_;
};

} // namespace paceline
