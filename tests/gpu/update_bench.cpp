#include "tests/gpu/update_bench.hpp"

#include "compute/cuda/device/pinned_memory.hpp"
#include "compute/cuda/device_parameters.hpp"
#include "compute/cuda/kernels/sgd_step.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace paceline::cuda {
namespace {

/// The fastest of a few times that so many launches take, in seconds each.
double seconds_of(stream& queue, const std::function<void()>& launch) {
  constexpr int tries = 5;
  constexpr int launches = 50;
  double fastest = 0;
  for (int i = 0; i < tries; ++i) {
    launch(); // warms up
    queue.wait();
    const auto began = std::chrono::steady_clock::now();
    for (int k = 0; k < launches; ++k)
      launch();
    queue.wait();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
    fastest = i == 0 ? taken.count() : std::min(fastest, taken.count());
  }
  return fastest / launches;
}

} // namespace

update_rates measure_update(const model& m) {
  stream queue(0);
  device_parameters parameters(queue, m.parameters(), value_type::fp32, true);
  const auto velocity = parameters.make_vector(queue, "momentum");
  const auto group = parameters.make_vector(queue, "the group leader's parameters");
  const auto global = parameters.make_vector(queue, "the global leader's parameters");
  const device_memory arguments(0, sizeof(step_arguments), "a step's arguments");
  const device_memory outcome(0, sizeof(step_outcome), "a step's outcome");
  const device_memory loss(0, sizeof(double), "a loss");
  const device_memory scratch(0, static_cast<std::size_t>(scratch_doubles(1, 3)) * sizeof(double), "partial sums");
  const pinned_memory host_arguments(0, sizeof(step_arguments));
  queue.clear(loss.data(), loss.size_bytes());
  const auto bring = [&](const step_arguments& values) {
    *host_arguments.as<step_arguments>() = values;
    queue.copy(arguments.data(), host_arguments.data(), host_arguments.size_bytes());
    queue.wait();
  };
  const auto update = [&] {
    sgd_step(queue,
             {.count = parameters.size(),
              .trained = parameters.trained_size(),
              .x = parameters.values(),
              .gradient = parameters.gradient(),
              .velocity = velocity.as<float>()},
             {.momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}, arguments.as<step_arguments>(),
             loss.as<double>(), {scratch.as<double>()}, outcome.as<step_outcome>());
  };
  const auto bytes = static_cast<double>(parameters.size()) * sizeof(float);
  update_rates rates;
  bring({.learning_rate = 0.01f});
  // Reads x, gradient and velocity, writes x and velocity.
  rates.step = 5 * bytes / seconds_of(queue, update);
  bring({.learning_rate = 0.01f, .targets = {group.as<float>(), global.as<float>()}, .strengths = {0.1f, 0.1f}});
  rates.step_and_pulls = 7 * bytes / seconds_of(queue, update);
  rates.copy = 2 * bytes / seconds_of(queue, [&] { queue.copy(velocity.data(), group.data(), group.size_bytes()); });
  return rates;
}

} // namespace paceline::cuda
