#include "cluster/bench/step_bench.hpp"

#include "cluster/bench/median.hpp"
#include "cluster/bench/stopwatch.hpp"
#include "compute/affinity.hpp"
#include "compute/backend.hpp"
#include "compute/counter_random.hpp"
#include "compute/models.hpp"
#include "compute/sgd.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace paceline {
namespace {

constexpr std::int64_t classes = 10;
constexpr feature_shape picture{3, 28, 28};
constexpr int warm_up_steps = 3;

/// A network with all that a training step touches.
class training_rig {
 public:
  explicit training_rig(const step_bench_settings& settings)
    : model_(make_model(settings.model, picture, classes)),
      network_(make_cpu_backend(settings.threads)->compile(model_, {.batch_size = settings.batch_size})),
      images_(static_cast<std::size_t>(settings.batch_size * picture.size())),
      labels_(static_cast<std::size_t>(settings.batch_size)),
      parameters_(model_.parameters().size()),
      gradient_(parameters_.size()),
      velocity_(parameters_.size()) {
    counter_random random(1);
    for (auto& value : images_)
      value = random.uniform(-1.0f, 1.0f);
    for (auto& label : labels_)
      label = static_cast<std::int32_t>(random.below(classes));
    model_.initialise(parameters_, 1);
  }

  void step() {
    network_->loss_and_gradient({images_, labels_}, parameters_, gradient_, ++steps_);
    sgd_step(parameters_, gradient_, velocity_,
             {.learning_rate = 0.01, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}, {}, {});
  }

 private:
  model model_;
  std::unique_ptr<network> network_;
  std::vector<float> images_;
  std::vector<std::int32_t> labels_;
  std::vector<float> parameters_;
  std::vector<float> gradient_;
  std::vector<float> velocity_;
  std::uint64_t steps_ = 0;
};

} // namespace

step_bench_result run_step_bench(const step_bench_settings& settings) {
  const auto usable = usable_cores();
  const auto count = std::min(usable.size(), static_cast<std::size_t>(settings.threads));
  pin_this_thread(std::span(usable).last(count));
  training_rig rig(settings);
  for (int step = 0; step < warm_up_steps; ++step)
    rig.step();
  std::vector<double> seconds;
  for (int step = 0; step < settings.steps; ++step)
    seconds.push_back(time_of([&] { rig.step(); }));
  const auto middle = median(seconds);
  return {.seconds_a_step = middle,
          .fastest_seconds = *std::min_element(seconds.begin(), seconds.end()),
          .samples_per_second = static_cast<double>(settings.batch_size) / middle};
}

std::string to_text(const step_bench_settings& settings, const step_bench_result& result) {
  return fmt::format("{} fp32 {} thread{} batch {}: {:.1f} ms a step (median of {}), {:.0f} samples/s", settings.model,
                     settings.threads, settings.threads == 1 ? "" : "s", settings.batch_size,
                     1000 * result.seconds_a_step, settings.steps, result.samples_per_second);
}

nlohmann::json to_json(const step_bench_settings& settings, const step_bench_result& result) {
  return {{"benchmark", "step"},
          {"model", settings.model},
          {"precision", "fp32"},
          {"threads", settings.threads},
          {"batch_size", settings.batch_size},
          {"steps", settings.steps},
          {"seconds_a_step", result.seconds_a_step},
          {"fastest_seconds", result.fastest_seconds},
          {"samples_per_second", result.samples_per_second}};
}

} // namespace paceline
