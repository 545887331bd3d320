#include "actors/run_state.hpp"

#include "actors/leader_election.hpp"
#include "compute/finite.hpp"
#include "compute/loss_window.hpp"

#include <algorithm>
#include <cassert>

namespace paceline {

namespace {

// All were measured at the moment of the state.
constexpr std::chrono::nanoseconds no_age{0};

} // namespace

void choose_leader(run_state& state, std::size_t loss_window_length) {
  std::vector<loss_report> reports;
  for (const auto& worker : state.workers) {
    loss_window window(loss_window_length);
    window.assign(worker.losses);
    reports.push_back({.worker = worker.id,
                       .steps = worker.training.steps,
                       .loss = window.mean(),
                       .window_full = window.full(),
                       .measured_at = state.training_time});
  }
  const auto is_elected = [&](const loss_report& report) { return report.worker == state.global.leader; };
  const auto elected = std::find_if(reports.begin(), reports.end(), is_elected);
  auto best = elect({elected, elected == reports.end() ? 0u : 1u}, state.training_time, no_age).winner;
  if (!best)
    best = elect(reports, state.training_time, no_age).winner;
  state.leader = best ? std::optional(best->worker) : std::nullopt;
  state.leader_loss = best ? best->loss : 0;
}

void take_workers(run_state& state, std::vector<std::optional<std::shared_ptr<worker_state>>>&& collected,
                  std::uint64_t steps_of_lost) {
  state.total_steps = steps_of_lost;
  for (auto& worker : collected) {
    if (!worker)
      continue;
    state.total_steps += (*worker)->training.steps;
    state.workers.push_back(std::move(**worker));
  }
}

void align_coordinators(run_state& state, std::uint32_t groups, std::uint32_t workers_per_group) {
  const auto align = [](leadership_state& coordinator, std::size_t members) {
    coordinator.steps_since = 0;
    coordinator.member_steps.assign(members, 0);
    coordinator.candidates.assign(members, std::nullopt);
  };
  align(state.global, groups);
  for (auto& group : state.groups)
    align(group, workers_per_group);
  for (const auto& worker : state.workers) {
    state.groups[worker.id.group - state.first_group].member_steps[worker.id.index] = worker.training.steps;
    state.global.member_steps[worker.id.group] += worker.training.steps;
  }
}

void align_exchanges(run_state& state) {
  for (auto& worker : state.workers) {
    const auto answered = [&] {
      const auto found = state.centre->answered.find(worker.id);
      return found == state.centre->answered.end() ? 0 : found->second;
    };
    if (!has_begun(state.centre) || answered() != worker.last_answered)
      worker.next_exchange.reset();
  }
}

std::vector<float> centre_of(const run_state& state) {
  assert(!state.workers.empty());
  if (has_begun(state.centre))
    return state.centre->parameters;
  std::vector<const std::vector<float>*> counted;
  for (const auto& worker : state.workers)
    if (all_finite(worker.training.parameters))
      counted.push_back(&worker.training.parameters);
  if (counted.empty())
    for (const auto& worker : state.workers)
      counted.push_back(&worker.training.parameters);

  std::vector<double> sum(counted.front()->size(), 0.0);
  for (const auto* parameters : counted) {
    assert(parameters->size() == sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += (*parameters)[i];
  }
  std::vector<float> centre(sum.size());
  for (std::size_t i = 0; i < sum.size(); ++i)
    centre[i] = static_cast<float>(sum[i] / static_cast<double>(counted.size()));
  return centre;
}

} // namespace paceline
