#pragma once

#include "actors/cluster_plan.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/launch/training_problem.hpp"
#include "compute/optimiser.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace paceline {

/// Turns a cluster file and its task into a plan that a supervisor can run; checkpoints, observers and a state to resume are left
/// to the caller. The plan keeps the task alive.
cluster_plan make_plan(const run_config& config, const std::shared_ptr<const training_problem>& task);

/// The file's strategy, of all workers.
strategy_settings strategy_of(const run_config& config);

/// The optimiser of each worker: the file's, or what its strategy makes of it.
optimiser_settings optimiser_of(const run_config& config);

/// Whether steps are made in two halves: with gradients exchanged in between, or in simulated time.
bool splits_steps(const run_config& config);

/// What is allowed and yet unlikely to train, a line each.
std::vector<std::string> warnings_of(const run_config& config);

/// How much of testing's time the workers of a process lose: nothing where this machine has a core besides those of the
/// `workers_here` that train on it, in whichever process.
double share_stolen_by_tests(const run_config& config, std::size_t workers_here);

/// When the run will end, in words: "800 steps a worker, or 10min of training".
std::string budget_in_words(const run_config& config, const training_problem& task);

/// Cores to which the worker at that position is bound: as many as it has threads, taken in turn from all usable ones; none
/// where the file says so.
std::vector<int> cores_of(const run_config& config, std::size_t position);

/// Adds workers that a state lacks (they had failed), each with the parameters of the state's leader, or of its first worker where
/// nobody led, and with fresh optimiser state. Throws invalid_input where the state is of other groups than the plan.
void complete_workers(run_state& state, const cluster_plan& plan);

} // namespace paceline
