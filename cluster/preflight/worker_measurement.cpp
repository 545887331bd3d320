#include "cluster/preflight/worker_measurement.hpp"

#include "cluster/bench/median.hpp"
#include "cluster/bench/stopwatch.hpp"
#include "cluster/bench/training_rig.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "compute/affinity.hpp"

#include <future>
#include <vector>

namespace paceline {

namespace {

constexpr int warm_up_steps = 3;
constexpr std::size_t least_steps = 3;
constexpr int pulls = 20;

/// Seconds of each call.
struct timed_calls {
  std::vector<double> steps;
  std::vector<double> pulls;
  std::vector<double> copies;

  void add(const timed_calls& others) {
    steps.insert(steps.end(), others.steps.begin(), others.steps.end());
    pulls.insert(pulls.end(), others.pulls.begin(), others.pulls.end());
    copies.insert(copies.end(), others.copies.begin(), others.copies.end());
  }
};

timed_calls measure_worker(const run_config& config, const training_task& task, std::size_t position,
                           std::chrono::nanoseconds time) {
  pin_this_thread(cores_of(config, position));
  training_rig rig(task.network, *task.device, config.data.batch_size);
  for (int step = 0; step < warm_up_steps; ++step)
    rig.step();
  timed_calls calls;
  const auto until = std::chrono::steady_clock::now() + time;
  while (calls.steps.size() < least_steps || std::chrono::steady_clock::now() < until)
    calls.steps.push_back(time_of([&] { rig.step(); }));
  for (int i = 0; i < pulls; ++i) {
    calls.pulls.push_back(time_of([&] { rig.pull(); }));
    calls.copies.push_back(time_of([&] { static_cast<void>(rig.copy()); }));
  }
  return calls;
}

} // namespace

worker_costs measure_workers(const run_config& config, const training_task& task, worker_positions workers,
                             std::chrono::nanoseconds time) {
  std::vector<std::future<timed_calls>> under_way;
  for (std::size_t i = 0; i < workers.count; ++i)
    under_way.push_back(
      std::async(std::launch::async, [&, i] { return measure_worker(config, task, workers.first + i, time); }));
  timed_calls all;
  for (auto& worker : under_way)
    all.add(worker.get());
  return {.seconds_a_step = median(all.steps),
          .seconds_a_pull = median(all.pulls),
          .seconds_a_copy = median(all.copies),
          .steps = all.steps.size()};
}

} // namespace paceline
