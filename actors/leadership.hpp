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
  /// Workers that one member stands for, until it says so itself: 1, or those of a group.
  std::uint32_t workers_per_member = 1;
  /// Steps a worker between two decisions; 0 for never.
  std::uint64_t period = 0;
  std::chrono::nanoseconds max_report_age{0};
  /// How whoever announces the decisions looks at candidates before, and the steps of a loss window, which that has to know.
  verification_settings verification;
  std::size_t loss_window = 1;
};

/// Where a coordinator begins that takes over from another one: under a term of its own (leader_announcement::term).
struct leadership_start {
  std::uint64_t term = 0;
  /// Number of the last decision that is known; its own count on from it.
  std::uint64_t decisions = 0;
  /// No longer than until then it waits for a report of each live member before it decides.
  std::chrono::nanoseconds decides_at_latest{0};
};

/// What a group leader and the global leader do alike: keep the latest report of each member, and when the schedule says so,
/// elect. Knows no actor; time is passed in. The whole state is soft.
///
/// A decision falls due once every `period` steps a live worker. Members that are known to be gone do not count; a report
/// brings one back, and its first count only sets its mark.
class leadership {
 public:
  explicit leadership(const leadership_settings& settings);

  /// Takes over without memory: forgets all reports, and decides first when each live member has reported (or patience has run
  /// out), at once. Who is known to be gone stays so.
  void begin_term(const leadership_start& start);

  /// Member `member` (worker index, or group) has made `steps` in all, its candidate (the worker itself, or the group's best) is
  /// `candidate`, if it has one, and it stands for so many live workers.
  void note(std::size_t member, std::uint64_t steps, const std::optional<loss_report>& candidate,
            std::uint32_t live_workers = 1);

  /// A decision, where one has fallen due since the last call and somebody can lead.
  std::optional<leader_announcement> decide(std::chrono::nanoseconds now);

  // The same in steps, for who looks at a candidate before it is announced (actors/verification.hpp).

  /// Whether a decision has fallen due since the last call.
  bool take_due(std::chrono::nanoseconds now);

  /// The decision as it would be made now; empty where nobody can lead.
  std::optional<leader_announcement> candidate(std::chrono::nanoseconds now) const;

  /// Whether there are decisions at all.
  bool decides() const { return settings_.period > 0; }

  /// That candidate is announced.
  void commit(const leader_announcement& decision);

  /// A member's candidate is not to be compared before the member has reported again.
  void pass_over(std::size_t member);

  /// A member is known to be gone: it is no candidate, and not waited for.
  void forget(std::size_t member);

  /// The comparison as it stands, due or not.
  election compare(std::chrono::nanoseconds now) const;

  /// Steps of all members together, as last reported.
  std::uint64_t total_steps() const { return schedule_.total(); }

  /// Workers of all members that are not known to be gone.
  std::uint32_t live_workers() const;

  leadership_state save() const;
  void restore(const leadership_state& state);

 private:
  void set_live_workers(std::size_t member, std::uint32_t workers);
  /// Whether the wait for first reports (begin_term) is over.
  bool has_heard_all() const;

  leadership_settings settings_;
  communication_schedule schedule_;
  std::vector<std::optional<loss_report>> candidates_;
  /// By member; 0 for one that is gone.
  std::vector<std::uint32_t> live_workers_;
  /// Set while first reports are waited for.
  std::optional<std::chrono::nanoseconds> decides_at_latest_;
  bool due_ = false;
  std::uint64_t term_ = 0;
  std::uint64_t decisions_ = 0;
  std::optional<worker_id> leader_;
};

} // namespace paceline
