#include "cluster/bench/exchange_bench.hpp"

#include "actors/actor_system.hpp"
#include "actors/ask.hpp"
#include "actors/cluster_actors.hpp"
#include "actors/supervisor.hpp"
#include "actors/type_ids.hpp"
#include "cluster/bench/bench_device.hpp"
#include "cluster/bench/median.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/picture_problem.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace paceline {
namespace {

using progress_of_all = std::vector<worker_progress>;

run_config config_of(const exchange_bench_settings& settings) {
  run_config config;
  config.groups = {.count = settings.groups, .workers = settings.workers};
  config.model.name = settings.model;
  config.device.backend = settings.device;
  config.device.precision = settings.precision;
  config.data.batch_size = settings.batch_size;
  config.data.train_size =
    std::max<std::size_t>(4096, 4 * static_cast<std::size_t>(settings.batch_size) * config.workers());
  config.data.test_size = 10;
  config.strategy.period_group = settings.tau;
  config.strategy.period_global = 4 * settings.tau;
  config.optimizer = {.learning_rate = 0.01, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4};
  return config;
}

/// Of this process, all threads together.
double processor_seconds() {
  std::timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// A cluster under the benchmark's own hand: the blocking actor stands where a supervisor would.
class cluster_under_test {
 public:
  cluster_under_test(caf::actor_system& system, const cluster_plan& plan)
    : self_(system), plan_(std::make_shared<const cluster_plan>(plan)) {
    services_ = make_services(plan, std::make_shared<run_clock>());
    cluster_ = spawn_cluster(system, caf::actor_cast<caf::actor>(self_), {}, plan_, services_);
  }

  /// Has the workers made ready and starts them. Throws std::runtime_error where one cannot start.
  void start() {
    tell_all(prepare{});
    for (std::size_t ready = 0; ready < cluster_.computes.size(); ++ready)
      self_->receive([](worker_ready) {}, [](const failure& what) { throw std::runtime_error(what.what); });
    services_.clock->start();
    tell_all(begin_training{});
  }

  ~cluster_under_test() {
    services_.budget->cancel();
    for (const auto& [actor, name] : actors_of(cluster_, *plan_))
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    const auto computes = std::exchange(cluster_, {}).computes;
    for (const auto& compute : computes)
      self_->wait_for(compute);
  }

  cluster_under_test(const cluster_under_test&) = delete;
  cluster_under_test& operator=(const cluster_under_test&) = delete;

  template <class Message>
  void tell_all(const Message& message) {
    for (const auto& compute : cluster_.computes)
      self_->send(compute, message);
  }

  /// Where each worker stands at its next step boundary.
  progress_of_all progress() {
    progress_of_all all;
    for (const auto& compute : cluster_.computes)
      self_->request(compute, step_boundary_timeout, query_progress{})
        .receive([&](const worker_progress& found) { all.push_back(found); },
                 [](caf::error& error) { throw std::runtime_error("a worker failed: " + caf::to_string(error)); });
    return all;
  }

  /// Steps a second of all workers together, of the clock's seconds and of the processor's.
  struct rates {
    double by_clock = 0;
    double by_processor = 0;
  };

  /// During the next so many seconds.
  rates rate(bool exchange, double seconds) {
    tell_all(set_exchange{exchange});
    const auto before = progress();
    const auto processor_before = processor_seconds();
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    const auto after = progress();
    const auto processor = processor_seconds() - processor_before;
    rates found;
    std::uint64_t all_steps = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto steps = after[i].report.steps - before[i].report.steps;
      const std::chrono::duration<double> time = after[i].report.measured_at - before[i].report.measured_at;
      found.by_clock += static_cast<double>(steps) / time.count();
      all_steps += steps;
    }
    found.by_processor = static_cast<double>(all_steps) / processor;
    return found;
  }

 private:
  caf::scoped_actor self_;
  std::shared_ptr<const cluster_plan> plan_;
  run_services services_;
  spawned_cluster cluster_;
};

/// Ratios of pairs of phases, and their median with its error.
struct compared {
  std::vector<double> ratios;

  void add(double on, double off) { ratios.push_back(on / off); }
  double middle() const { return median(ratios); }
  double error() const { return standard_error_of_median(ratios); }
};

void count_waits(const progress_of_all& workers, exchange_bench_result& result) {
  const auto seconds = [](std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); };
  for (const auto& worker : workers) {
    result.steps += worker.counters.steps;
    result.pulls += worker.counters.pulls_group + worker.counters.pulls_global;
    result.waited_for_messages_seconds += seconds(worker.counters.waited_for_messages);
    result.waited_for_data_seconds += seconds(worker.counters.waited_for_data);
  }
}

} // namespace

exchange_bench_result run_exchange_bench(const exchange_bench_settings& settings) {
  require_device("exchange", settings.device, settings.precision);
  const auto config = config_of(settings);
  const auto task = load_task(config);
  auto plan = make_plan(config, make_picture_problem(config, task));
  plan.evaluator.make_test = nullptr;

  actor_system_settings actors;
  caf::actor_system system(actors);
  cluster_under_test cluster(system, plan);
  cluster.start();
  cluster.rate(true, std::min(2.0, settings.phase_seconds)); // warms up
  exchange_bench_result result{.device = task.device->name(),
                               .precision = precision_on(*task.device, settings.precision)};
  std::vector<double> on;
  std::vector<double> off;
  compared by_clock;
  compared by_processor;
  for (int turn = 0; turn < settings.turns; ++turn) {
    const bool on_first = turn % 2 == 0;
    const auto first = cluster.rate(on_first, settings.phase_seconds);
    const auto second = cluster.rate(!on_first, settings.phase_seconds);
    const auto& with = on_first ? first : second;
    const auto& without = on_first ? second : first;
    on.push_back(with.by_clock);
    off.push_back(without.by_clock);
    by_clock.add(with.by_clock, without.by_clock);
    by_processor.add(with.by_processor, without.by_processor);
  }
  count_waits(cluster.progress(), result);
  result.rate_on = median(on);
  result.rate_off = median(off);
  result.ratio = by_clock.middle();
  result.ratio_error = by_clock.error();
  result.ratios = std::move(by_clock.ratios);
  result.processor_ratio = by_processor.middle();
  result.processor_ratio_error = by_processor.error();
  return result;
}

std::string to_text(const exchange_bench_settings& settings, const exchange_bench_result& result) {
  const auto [least, most] = std::minmax_element(result.ratios.begin(), result.ratios.end());
  const bool usual = result.device == "cpu" && settings.precision == product_precision::fp32;
  const auto place =
    usual ? std::string()
          : fmt::format(" on {} in {}", result.device, precision_in_words(result.precision, settings.precision));
  return fmt::format("{} tau {}, {}x{} workers{}: {:.2f} steps/s with exchange, {:.2f} without: {:.1f} ± {:.1f} % "
                     "(median of {} turns and its "
                     "standard error; {:.1f} to {:.1f})\nsteps a second of processor time: {:.1f} ± {:.1f} %\n{} "
                     "steps, {} pulls; waited for "
                     "messages: {:g} s, for data: {:.3f} s",
                     settings.model, settings.tau, settings.groups, settings.workers, place, result.rate_on,
                     result.rate_off, 100 * result.ratio, 100 * result.ratio_error, settings.turns, 100 * *least,
                     100 * *most, 100 * result.processor_ratio, 100 * result.processor_ratio_error, result.steps,
                     result.pulls, result.waited_for_messages_seconds, result.waited_for_data_seconds);
}

nlohmann::json to_json(const exchange_bench_settings& settings, const exchange_bench_result& result) {
  return {{"benchmark", "exchange"},
          {"model", settings.model},
          {"tau", settings.tau},
          {"groups", settings.groups},
          {"workers_per_group", settings.workers},
          {"batch_size", settings.batch_size},
          {"device", result.device},
          {"precision", to_string(result.precision)},
          {"turns", settings.turns},
          {"phase_seconds", settings.phase_seconds},
          {"rate_on", result.rate_on},
          {"rate_off", result.rate_off},
          {"ratio", result.ratio},
          {"ratio_error", result.ratio_error},
          {"ratios", result.ratios},
          {"processor_ratio", result.processor_ratio},
          {"processor_ratio_error", result.processor_ratio_error},
          {"steps", result.steps},
          {"pulls", result.pulls},
          {"waited_for_messages_seconds", result.waited_for_messages_seconds},
          {"waited_for_data_seconds", result.waited_for_data_seconds}};
}

} // namespace paceline
