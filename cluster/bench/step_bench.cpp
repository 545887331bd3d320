#include "cluster/bench/step_bench.hpp"

#include "cluster/bench/bench_device.hpp"
#include "cluster/bench/median.hpp"
#include "cluster/bench/stopwatch.hpp"
#include "cluster/bench/training_rig.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/launch/memory_check.hpp"
#include "cluster/launch/task.hpp"
#include "compute/affinity.hpp"
#include "compute/classification_trainer.hpp"
#include "compute/data/random_pictures.hpp"
#include "compute/errors.hpp"
#include "compute/models.hpp"
#include "compute/thread_cpu_time.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace paceline {
namespace {

constexpr std::int64_t classes = 10;

model make_network(const step_bench_settings& settings) {
  return make_model(settings.model,
                    settings.size == 0 ? usual_input(settings.model) : feature_shape{3, settings.size, settings.size},
                    classes);
}

double seconds_of(const std::vector<layer_report>& layers) {
  std::chrono::nanoseconds sum{0};
  for (const auto& l : layers)
    sum += l.forward + l.backward;
  return std::chrono::duration<double>(sum).count();
}

/// What steps took, one after another, and what was found out on the way.
struct timed_steps {
  std::vector<double> seconds;
  std::vector<std::vector<layer_report>> reports;
  /// Processor time of what is no layer's.
  std::vector<double> rest;
};

/// A network that is driven from here.
timed_steps time_network(const step_bench_settings& settings, const model& network, const backend& device) {
  training_rig rig(network, device, settings.batch_size);
  constexpr int warm_up_steps = 3;
  for (int step = 0; step < warm_up_steps; ++step)
    rig.step();
  timed_steps timed;
  for (int step = 0; step < settings.steps; ++step) {
    const auto used = thread_cpu_time();
    timed.seconds.push_back(time_of([&] { rig.step(); }));
    if (!settings.layers)
      continue;
    // Processor time, as the layers' is.
    const std::chrono::duration<double> whole = thread_cpu_time() - used;
    timed.reports.push_back(rig.report());
    timed.rest.push_back(whole.count() - seconds_of(timed.reports.back()));
  }
  return timed;
}

/// A device that keeps all of the training.
timed_steps time_trainer(const step_bench_settings& settings, const model& network, const backend& device) {
  constexpr std::size_t batches = 4;
  const auto data =
    make_random_pictures(network.input(), classes, batches * static_cast<std::size_t>(settings.batch_size));
  const auto worker = make_classification_trainer(
    {.network = network,
     .loader = {.data = data,
                .part = {.total = data->train->size(), .count = 1, .index = 0, .seed = 1},
                .how = {.crop = network.input().height},
                .batch_size = settings.batch_size},
     .optimiser = {.learning_rate = 0.01, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}},
    device);
  constexpr int warm_up_steps = 10;
  for (int step = 0; step < warm_up_steps; ++step)
    worker->step(nullptr);
  timed_steps timed;
  for (int step = 0; step < settings.steps; ++step)
    timed.seconds.push_back(time_of([&] { worker->step(nullptr); }));
  return timed;
}

} // namespace

step_bench_result run_step_bench(const step_bench_settings& settings) {
  const auto usable = usable_cores();
  if (static_cast<std::size_t>(settings.threads) > usable.size())
    throw invalid_input(fmt::format("bench step: --threads: found {}, allowed: at most {}, the cores that it may use",
                                    settings.threads, usable.size()));
  pin_this_thread(std::span(usable).last(static_cast<std::size_t>(settings.threads)));
  require_device("step", settings.device, settings.precision);
  const auto network = make_network(settings);
  const auto device =
    make_backend({.backend = settings.device, .precision = settings.precision, .threads_per_worker = settings.threads},
                 algorithm_choice::timed);
  const bool on_gpu = is_on_gpu(*device);
  if (settings.layers && (device->name() != "cpu" || settings.threads > 1))
    throw invalid_input(
      "bench step: --layers goes with the CPU and --threads 1 alone, since its limits are those of one core");
  constexpr int vectors = 3;
  if (!on_gpu)
    require_memory(least_training_bytes(network, settings.batch_size, vectors, 1)
                     + (settings.layers ? machine_limits_bytes : 0),
                   fmt::format("batches of {}", settings.batch_size));
  const auto timed = on_gpu ? time_trainer(settings, network, *device) : time_network(settings, network, *device);
  const auto middle = median(timed.seconds);
  step_bench_result result{.device = device->name(),
                           .precision = precision_on(*device, settings.precision),
                           .seconds_a_step = middle,
                           .fastest_seconds = *std::min_element(timed.seconds.begin(), timed.seconds.end()),
                           .samples_per_second = static_cast<double>(settings.batch_size) / middle};
  if (settings.layers) {
    result.limits = measure_machine();
    result.layers = roofline_of(network, timed.reports, settings.batch_size, result.limits);
    result.rest_seconds = median(timed.rest);
  }
  return result;
}

namespace {

/// "1 thread", "cuda:0".
std::string place_in_words(const step_bench_settings& settings, const step_bench_result& result) {
  return result.device == "cpu" ? count_text(static_cast<std::uint64_t>(settings.threads), "thread") : result.device;
}

} // namespace

std::string to_text(const step_bench_settings& settings, const step_bench_result& result) {
  return fmt::format("{} {} {} batch {}: {:.1f} ms a step (median of {}), {:.0f} samples/s", settings.model,
                     precision_in_words(result.precision, settings.precision), place_in_words(settings, result),
                     settings.batch_size, 1000 * result.seconds_a_step, settings.steps, result.samples_per_second)
         + (result.layers.empty() ? "" : "\n" + to_text(result.layers, result.limits, result.rest_seconds));
}

nlohmann::json to_json(const step_bench_settings& settings, const step_bench_result& result) {
  nlohmann::json object{{"benchmark", "step"},
                        {"model", settings.model},
                        {"device", result.device},
                        {"precision", to_string(result.precision)},
                        {"threads", settings.threads},
                        {"batch_size", settings.batch_size},
                        {"steps", settings.steps},
                        {"seconds_a_step", result.seconds_a_step},
                        {"fastest_seconds", result.fastest_seconds},
                        {"samples_per_second", result.samples_per_second}};
  if (!result.layers.empty())
    object["layers"] = to_json(result.layers, result.limits, result.rest_seconds);
  return object;
}

} // namespace paceline
