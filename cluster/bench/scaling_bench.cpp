#include "cluster/bench/scaling_bench.hpp"

#include "cluster/bench/median.hpp"
#include "cluster/bench/training_rig.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/launch/memory_check.hpp"
#include "compute/affinity.hpp"
#include "compute/errors.hpp"
#include "compute/models.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

namespace paceline {
namespace {

using std::chrono::steady_clock;

/// Workers that make steps for as long as they are told to, each on a thread and a core of its own.
class paced_workers {
 public:
  paced_workers(const model& network, const scaling_bench_settings& settings) : workers_(settings.workers) {
    const auto cores = usable_cores();
    const auto device = make_cpu_backend({.choice = algorithm_choice::timed});
    for (std::size_t w = 0; w < workers_.size(); ++w)
      threads_.emplace_back([this, w, device, core = cores[w], &network, batch = settings.batch_size] {
        try {
          pin_this_thread(std::span(&core, 1));
          ride(workers_[w], network, *device, batch);
        } catch (...) {
          workers_[w].failure = std::current_exception();
          workers_[w].ready = true;
          workers_[w].ready.notify_one();
        }
      });
    for (auto& worker : workers_)
      worker.ready.wait(false);
  }

  ~paced_workers() {
    over_ = true;
    stop();
    for (auto& thread : threads_)
      thread.join();
  }

  void require_no_failure() const {
    for (const auto& worker : workers_)
      if (worker.failure)
        std::rethrow_exception(worker.failure);
  }

  /// Steps a second of the first `count` of them together, over that time.
  double rate_of(std::size_t count, double seconds) {
    for (std::size_t w = 0; w < count; ++w) {
      workers_[w].pace = 0;
      workers_[w].rides = true;
      workers_[w].rides.notify_one();
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop();
    double sum = 0;
    for (std::size_t w = 0; w < count; ++w) {
      workers_[w].pace.wait(0);
      sum += workers_[w].pace;
    }
    return sum;
  }

 private:
  struct worker {
    std::atomic<bool> ready = false;
    std::atomic<bool> rides = false;
    /// Steps a second of the last ride; 0 until it is over.
    std::atomic<double> pace = 0;
    std::exception_ptr failure;
  };

  void stop() {
    for (auto& worker : workers_) {
      worker.rides = over_.load();
      worker.rides.notify_one();
    }
  }

  void ride(worker& own, const model& network, const backend& device, std::int64_t batch) {
    training_rig rig(network, device, batch);
    constexpr int warm_up_steps = 3;
    for (int step = 0; step < warm_up_steps; ++step)
      rig.step();
    own.ready = true;
    own.ready.notify_one();
    while (true) {
      own.rides.wait(false);
      if (over_)
        return;
      const auto began = steady_clock::now();
      int steps = 0;
      do {
        rig.step();
        ++steps;
      } while (own.rides && !over_);
      own.pace = steps / std::chrono::duration<double>(steady_clock::now() - began).count();
      own.pace.notify_one();
    }
  }

  std::vector<worker> workers_;
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

} // namespace

scaling_bench_result run_scaling_bench(const scaling_bench_settings& settings) {
  const auto cores = usable_cores().size();
  if (settings.workers > cores)
    throw invalid_input(
      fmt::format("bench scaling: --workers: found {}, allowed: at most {}, a core each", settings.workers, cores));
  constexpr std::int64_t classes = 10;
  const auto network = make_model(settings.model, usual_input(settings.model), classes);
  constexpr int vectors = 3;
  require_memory(least_training_bytes(network, settings.batch_size, vectors, settings.workers),
                 fmt::format("{} workers with batches of {}", settings.workers, settings.batch_size));
  paced_workers workers(network, settings);
  workers.require_no_failure();
  std::vector<double> alone;
  std::vector<double> together;
  scaling_bench_result result;
  for (int turn = 0; turn < settings.turns; ++turn) {
    const auto ride_alone = [&] { alone.push_back(workers.rate_of(1, settings.phase_seconds)); };
    const auto ride_together = [&] { together.push_back(workers.rate_of(settings.workers, settings.phase_seconds)); };
    if (turn % 2 == 0)
      ride_alone();
    ride_together();
    if (turn % 2 == 1)
      ride_alone();
    result.ratios.push_back(together.back() / alone.back());
  }
  result.rate_alone = median(alone);
  result.rate_together = median(together);
  result.ratio = median(result.ratios);
  return result;
}

std::string to_text(const scaling_bench_settings& settings, const scaling_bench_result& result) {
  const auto [least, most] = std::ranges::minmax(result.ratios);
  return fmt::format("{} batch {}: 1 worker {:.2f} steps/s, {} {:.2f} steps/s: {:.2f} times one (median of {} turns; "
                     "{:.2f} to {:.2f})",
                     settings.model, settings.batch_size, result.rate_alone, count_text(settings.workers, "worker"),
                     result.rate_together, result.ratio, settings.turns, least, most);
}

nlohmann::json to_json(const scaling_bench_settings& settings, const scaling_bench_result& result) {
  return {{"benchmark", "scaling"},          {"model", settings.model},
          {"workers", settings.workers},     {"batch_size", settings.batch_size},
          {"turns", settings.turns},         {"phase_seconds", settings.phase_seconds},
          {"rate_alone", result.rate_alone}, {"rate_together", result.rate_together},
          {"ratio", result.ratio},           {"ratios", result.ratios}};
}

} // namespace paceline
