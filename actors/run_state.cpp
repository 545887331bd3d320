#include "actors/run_state.hpp"

#include "actors/leader_election.hpp"
#include "compute/loss_window.hpp"

#include <cassert>

namespace paceline {

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
  const auto best = elect(reports, state.training_time, std::chrono::nanoseconds{0}).winner;
  state.leader = best ? std::optional(best->worker) : std::nullopt;
  state.leader_loss = best ? best->loss : 0;
}

void align_coordinators(run_state& state, std::uint32_t workers_per_group) {
  const auto align = [](leadership_state& coordinator, std::size_t members) {
    coordinator.steps_since = 0;
    coordinator.member_steps.assign(members, 0);
    coordinator.candidates.assign(members, std::nullopt);
  };
  align(state.global, state.groups.size());
  for (auto& group : state.groups)
    align(group, workers_per_group);
  for (const auto& worker : state.workers) {
    state.groups[worker.id.group].member_steps[worker.id.index] = worker.training.steps;
    state.global.member_steps[worker.id.group] += worker.training.steps;
  }
}

std::vector<float> centre_of(const run_state& state) {
  assert(!state.workers.empty());
  std::vector<double> sum(state.workers.front().training.parameters.size(), 0.0);
  for (const auto& worker : state.workers) {
    assert(worker.training.parameters.size() == sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += worker.training.parameters[i];
  }
  std::vector<float> centre(sum.size());
  const auto count = static_cast<double>(state.workers.size());
  for (std::size_t i = 0; i < sum.size(); ++i)
    centre[i] = static_cast<float>(sum[i] / count);
  return centre;
}

} // namespace paceline
