#include "cluster/bench/step_bench.hpp"

#include "cluster/bench/median.hpp"
#include "cluster/bench/stopwatch.hpp"
#include "cluster/bench/training_rig.hpp"
#include "cluster/launch/memory_check.hpp"
#include "compute/affinity.hpp"
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
constexpr int warm_up_steps = 3;

model make_network(const step_bench_settings& settings) {
  constexpr feature_shape any{3, 32, 32};
  if (std::ranges::find(model_names(), settings.model) == model_names().end())
    return make_model(settings.model, any, classes); // says which there are
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

} // namespace

step_bench_result run_step_bench(const step_bench_settings& settings) {
  const auto usable = usable_cores();
  const auto count = std::min(usable.size(), static_cast<std::size_t>(settings.threads));
  pin_this_thread(std::span(usable).last(count));
  const auto network = make_network(settings);
  if (settings.layers && settings.threads > 1)
    throw invalid_input("bench step: --layers goes with --threads 1 alone, since its limits are those of one core");
  constexpr int vectors = 3;
  require_memory(least_training_bytes(network, settings.batch_size, vectors, 1)
                   + (settings.layers ? machine_limits_bytes : 0),
                 fmt::format("batches of {}", settings.batch_size));
  training_rig rig(network,
                   *make_cpu_backend(
                     {.threads = settings.threads, .choice = algorithm_choice::timed, .precision = settings.precision}),
                   settings.batch_size);
  for (int step = 0; step < warm_up_steps; ++step)
    rig.step();
  std::vector<double> seconds;
  std::vector<std::vector<layer_report>> reports;
  std::vector<double> rest;
  for (int step = 0; step < settings.steps; ++step) {
    const auto used = thread_cpu_time();
    seconds.push_back(time_of([&] { rig.step(); }));
    if (!settings.layers)
      continue;
    // Processor time, as the layers' is.
    const std::chrono::duration<double> whole = thread_cpu_time() - used;
    reports.push_back(rig.report());
    rest.push_back(whole.count() - seconds_of(reports.back()));
  }
  const auto middle = median(seconds);
  step_bench_result result{.seconds_a_step = middle,
                           .fastest_seconds = *std::min_element(seconds.begin(), seconds.end()),
                           .samples_per_second = static_cast<double>(settings.batch_size) / middle};
  if (settings.layers) {
    result.limits = measure_machine();
    result.layers = roofline_of(network, reports, settings.batch_size, result.limits);
    result.rest_seconds = median(rest);
  }
  return result;
}

std::string to_text(const step_bench_settings& settings, const step_bench_result& result) {
  return fmt::format("{} {} {} thread{} batch {}: {:.1f} ms a step (median of {}), {:.0f} samples/s", settings.model,
                     to_string(settings.precision), settings.threads, settings.threads == 1 ? "" : "s",
                     settings.batch_size, 1000 * result.seconds_a_step, settings.steps, result.samples_per_second)
         + (result.layers.empty() ? "" : "\n" + to_text(result.layers, result.limits, result.rest_seconds));
}

nlohmann::json to_json(const step_bench_settings& settings, const step_bench_result& result) {
  nlohmann::json object{{"benchmark", "step"},
                        {"model", settings.model},
                        {"precision", to_string(settings.precision)},
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
