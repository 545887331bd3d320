#include "cluster/bench/pull_bench.hpp"

#include "cluster/bench/median.hpp"
#include "cluster/bench/stopwatch.hpp"
#include "cluster/launch/memory_check.hpp"
#include "compute/leader_pull.hpp"
#include "compute/sgd.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstring>
#include <vector>

namespace paceline {

pull_bench_result run_pull_bench(const pull_bench_settings& settings) {
  constexpr double vectors = 4;
  require_memory(vectors * sizeof(float) * static_cast<double>(settings.parameters),
                 fmt::format("{} vectors of {} parameters", vectors, settings.parameters));
  std::vector<float> x(settings.parameters, 1.0f);
  std::vector<float> gradient(settings.parameters, 1e-3f);
  std::vector<float> velocity(settings.parameters, 0.0f);
  std::vector<float> other(settings.parameters, 0.5f);
  const std::array<leader_pull, 2> pulls{leader_pull{other, 0.1f}, leader_pull{other, 0.1f}};
  std::array<double, 2> distances{};
  const sgd_settings sgd{.learning_rate = 1e-3, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4};
  const auto step = [&](std::size_t count) {
    return time_of([&] { sgd_step(x, gradient, velocity, sgd, std::span(pulls).first(count), distances); });
  };

  std::vector<double> pull;
  std::array<std::vector<double>, 3> steps;
  std::vector<double> copy;
  for (int i = 0; i < settings.repeats; ++i) {
    pull.push_back(time_of([&] { apply_pull(x, pulls[0]); }));
    for (std::size_t count = 0; count < steps.size(); ++count)
      steps[count].push_back(step(count));
    copy.push_back(time_of([&] { std::memcpy(gradient.data(), other.data(), gradient.size() * sizeof(float)); }));
  }
  return {.pull = median(pull),
          .step = median(steps[0]),
          .step_and_pull = median(steps[1]),
          .step_and_two_pulls = median(steps[2]),
          .copy = median(copy)};
}

std::string to_text(const pull_bench_settings& settings, const pull_bench_result& result) {
  const auto bytes = static_cast<double>(settings.parameters * sizeof(float));
  return fmt::format(
    "pull of {} parameters: {:.1f} µs alone ({:.1f} GB/s; memcpy {:.1f} GB/s); optimiser step {:.1f} µs, "
    "with one pull {:.1f} µs, with two {:.1f} µs (medians of {})",
    settings.parameters, 1e6 * result.pull, 3 * bytes / result.pull / 1e9, 2 * bytes / result.copy / 1e9,
    1e6 * result.step, 1e6 * result.step_and_pull, 1e6 * result.step_and_two_pulls, settings.repeats);
}

nlohmann::json to_json(const pull_bench_settings& settings, const pull_bench_result& result) {
  return {{"benchmark", "pull"},
          {"parameters", settings.parameters},
          {"repeats", settings.repeats},
          {"pull_seconds", result.pull},
          {"step_seconds", result.step},
          {"step_and_pull_seconds", result.step_and_pull},
          {"step_and_two_pulls_seconds", result.step_and_two_pulls},
          {"copy_seconds", result.copy}};
}

} // namespace paceline
