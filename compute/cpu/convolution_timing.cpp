#include "compute/cpu/convolution_timing.hpp"

#include "compute/counter_random.hpp"
#include "compute/cpu/aligned_buffer.hpp"
#include "compute/cpu/convolution_parts.hpp"
#include "compute/cpu/simple_operations.hpp"
#include "compute/thread_cpu_time.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace paceline::cpu {

namespace {

using std::chrono::nanoseconds;

constexpr int runs = 2;

/// Operations of a direct pass that are enough to tell algorithms apart: some ten milliseconds.
constexpr double enough_operations = 1e9;

/// Operations of one sample.
double operations_of(const convolution_task& task) {
  const auto taps = task.l.input.channels * task.what.kernel * task.what.kernel;
  return 2.0 * static_cast<double>(taps) * static_cast<double>(task.l.output.size());
}

/// Halves the batch while there is work enough, and the filters, which cost the same for any batch, stay the smaller part of it.
std::int64_t batch_to_time(const convolution_task& task) {
  const auto filters = task.l.input.channels * task.what.channels * task.what.kernel * task.what.kernel;
  const auto values = task.l.input.size() + task.l.output.size();
  auto batch = task.batch;
  while (batch > 1 && static_cast<double>(batch / 2) * operations_of(task) >= enough_operations
         && batch / 2 * values >= 2 * filters && batch / 2 >= 2 * task.threads)
    batch /= 2;
  return batch;
}

/// A few random ones again and again: to draw them all would take as long as what is timed.
std::vector<float> random_numbers(std::size_t size) {
  constexpr std::size_t drawn = 4099;
  counter_random random(1);
  std::vector<float> result(size);
  for (std::size_t i = 0; i < size; ++i)
    result[i] = i < drawn ? random.uniform(-1, 1) : result[i - drawn];
  return result;
}

/// An activation with memory of its own, laid out as a network's.
struct own_activation {
  aligned_buffer<float> values;
  aligned_buffer<float> gradient;
  activation data;

  explicit own_activation(const activation_layout& layout)
    : values(static_cast<std::size_t>(layout.size())), gradient(values.size()) {
    const auto numbers = random_numbers(values.size());
    std::ranges::copy(numbers, values.data());
    std::ranges::copy(numbers, gradient.data());
    data.layout = layout;
    data.values = {values.data(), values.size()};
    data.gradient = {gradient.data(), gradient.size()};
  }
};

} // namespace

nanoseconds time_convolution(const convolution_task& task, convolution_algorithm algorithm, const pass_set& passes,
                             nanoseconds limit) {
  const auto& c = task.what;
  auto timed = task;
  timed.batch = batch_to_time(task);
  timed.passes = passes;
  executor runs_on(task.threads);
  const auto filters = static_cast<std::size_t>(task.l.input.channels * c.channels * c.kernel * c.kernel);
  weighted_slices slices{{"weight", {c.channels, task.l.input.channels, c.kernel, c.kernel}, 0, filters}, {}};
  if (c.bias)
    slices.bias = parameter_slice{"bias", {c.channels}, filters, static_cast<std::size_t>(c.channels)};
  const auto parameters = random_numbers(filters + static_cast<std::size_t>(c.channels));
  auto gradient = parameters;
  const auto chosen = prepare_convolution(runs_on.engine(), timed, {algorithm, algorithm, algorithm});
  const own_activation input({timed.batch, task.l.input, chosen.input_block});
  const bool pooled = task.pooled && passes == task.passes;
  const auto& map = task.l.output;
  const feature_shape half{map.channels, map.height / 2, map.width / 2};
  const bool pools_itself = pooled && is_own(algorithm);
  own_activation output({timed.batch, pools_itself ? half : map, chosen.output_block});
  own_activation pool_output({timed.batch, half, chosen.output_block});
  const auto parts = make_parts(runs_on, chosen, task.l, c, slices, input.data, output.data);
  std::optional<pool_operation> pool;
  if (pooled && !pools_itself)
    pool.emplace(runs_on, max_pool_layer{.kernel = 2, .stride = 2}, output.data, pool_output.data);
  runs_on.allocate_scratchpad();

  // One thread's processor time leaves out what others do meanwhile. Several wait for their slowest.
  const auto now = [&]() -> nanoseconds {
    return task.threads > 1 ? std::chrono::steady_clock::now().time_since_epoch() : nanoseconds(thread_cpu_time());
  };
  auto least = nanoseconds::max();
  for (int run = 0; run < runs; ++run) {
    const auto began = now();
    for (const auto& part : parts)
      part->forward({parameters, true, 0});
    if (pool) {
      pool->forward({parameters, true, 0});
      if (passes.backward_weights || passes.backward_data)
        pool->backward({parameters, gradient});
    }
    for (const auto& part : parts)
      part->backward({parameters, gradient});
    const auto took = now() - began;
    least = std::min(least, took);
    // The first run also brings memory and caches into order.
    if (took * 3 / 4 > limit)
      break;
  }
  return least;
}

} // namespace paceline::cpu
