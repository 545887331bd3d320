#pragma once

#include "actors/centre_rule.hpp"
#include "compute/trainer.hpp"
#include "messages/ids.hpp"
#include "messages/loss_report.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

/// Where a leader stood whom a worker is pulled to in every step.
struct held_leader {
  worker_id leader;
  std::vector<float> parameters;
};

/// What one worker needs to go on where it stopped.
struct worker_state {
  worker_id id;
  trainer_state training;
  /// Contents of its loss window, oldest first.
  std::vector<double> losses;
  /// Steps in a row that went wrong; 0 for a healthy worker.
  std::uint64_t diverged_steps = 0;
  /// Steps at which it exchanges next with the strategy's centre; empty where it has no answer of the centre behind it, or there is none.
  std::optional<std::uint64_t> next_exchange{};
  /// The contribution whose answer it put to use last (worker_exchange::last_answered). Not saved.
  std::int64_t last_answered = 0;
  /// Of its group and of all, where the strategy pulls in every step and another worker leads.
  std::array<std::optional<held_leader>, 2> held{};
};

/// What a coordinator knows. Soft state: it can be lost, and is right again after one round of reports; it is saved so that
/// a resumed deterministic run is the same to the bit.
struct leadership_state {
  /// Decisions made so far.
  std::uint64_t decisions = 0;
  /// Steps counted since the last decision.
  std::uint64_t steps_since = 0;
  /// Steps last reported by each member (worker of the group, or group of the run), by its index.
  std::vector<std::uint64_t> member_steps;
  /// The latest report of each member's candidate, by the member's index; empty where it has none.
  std::vector<std::optional<loss_report>> candidates;
  /// Who leads; empty before the first decision.
  std::optional<worker_id> leader;
  /// Under which it was decided (leader_announcement::term).
  std::uint64_t term = 0;
};

/// Everything that a checkpoint holds: enough to resume, and the two models worth keeping. Of a run over several nodes, what one
/// of them has.
struct run_state {
  /// Steps of all workers together, those of workers that were lost included.
  std::uint64_t total_steps = 0;
  /// Training time used so far; evaluation and time between a stop and a resume are left out.
  std::chrono::nanoseconds training_time{0};
  /// All workers that were left, by group and index.
  std::vector<worker_state> workers;
  /// The node's first group; its others follow.
  std::uint32_t first_group = 0;
  /// By group, from the first on.
  std::vector<leadership_state> groups;
  leadership_state global;
  /// Of a strategy that has a centre.
  std::optional<centre_state> centre;
  /// Who led all when the state was taken (see choose_leader); empty where nobody could.
  std::optional<worker_id> leader;
  double leader_loss = 0;
};

/// Sets `leader` and `leader_loss`: the elected global leader where it can lead still (its loss window, of that length, is full
/// and finite), else the worker of least mean loss that can.
void choose_leader(run_state& state, std::size_t loss_window);

/// Moves in what was collected (empty for workers that did not answer), and sets the total steps to theirs and those of lost
/// workers.
void take_workers(run_state& state, std::vector<std::optional<std::shared_ptr<worker_state>>>&& collected,
                  std::uint64_t steps_of_lost);

/// Sets what the coordinators count to where the workers stand: no decision is half due, nobody is a candidate yet; who led
/// and how many decisions there were stays. For a state that was collected while coordinators ran freely. `groups`: of the run.
void align_coordinators(run_state& state, std::uint32_t groups, std::uint32_t workers_per_group);

/// Lets workers and centre go on together: a worker goes on as one who has no answer of the centre behind it where there is no centre, or it
/// has answered what the worker does not know the answer to. For a state that has its workers and its centre, the centre's taken last.
void align_exchanges(run_state& state);

/// Whether there is a centre that has parameters.
inline bool has_begun(const std::optional<centre_state>& centre) {
  return centre && !centre->parameters.empty();
}

/// The strategy's central variable where there is one; else the mean of the parameters of all workers whose parameters are finite (of
/// all, where none's are), summed in double. Requires at least one worker.
std::vector<float> centre_of(const run_state& state);

} // namespace paceline
