#include "compute/cpu/convolution_choice.hpp"

#include "compute/cpu/direct/few_channels_part.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/winograd/winograd_part.hpp"
#include "compute/errors.hpp"

#include <algorithm>

namespace paceline::cpu {

namespace {

using algorithm = convolution_algorithm;

/// Where there is at least one of its tiles and a whole vector of channels.
bool is_worth_filtering(const convolution_task& task) {
  const auto& l = task.l;
  if (!can_compute(algorithm::filtering, task) || l.input.channels < winograd::block_of_channels())
    return false;
  return std::min(l.output.height, l.output.width) >= winograd::tile_of(l, task.what).outputs;
}

/// Products of bf16 are thought to be faster than filtering in fp32 from these many filters on, which no cache holds.
bool has_many_filters(const convolution_task& task) {
  constexpr std::int64_t many = 128 * 128;
  return task.what.kernel == 3 && task.l.input.channels * task.l.output.channels > many;
}

/// Where there is at least one of its tiles of 4x4 and a whole vector of channels it is 1.4 times as fast as direct.
bool is_worth_winograd(const convolution_task& task) {
  const auto& l = task.l;
  return std::min(l.output.height, l.output.width) >= 4 && l.input.channels >= 16
         && can_compute(algorithm::winograd, task);
}

} // namespace

bool may_round(const convolution_task& task, product_precision precision) {
  return precision == product_precision::bf16 && onednn::has_bf16_instructions()
         && can_compute(algorithm::direct_bf16, task);
}

bool can_compute(algorithm algorithm, const convolution_task& task) {
  if (algorithm == algorithm::filtering)
    return winograd::is_suitable(task.l, task.what);
  if (algorithm == algorithm::few_channels)
    return direct::is_suitable(task);
  if (algorithm == algorithm::winograd && (task.what.kernel != 3 || task.what.stride != 1))
    return false;
  try {
    onednn::make_weighted_primitives(
      dnnl::engine(dnnl::engine::kind::cpu, 0), task.l,
      {.batch = task.batch, .passes = task.passes, .rectify = task.rectify, .algorithm = algorithm});
    return true;
  } catch (const invalid_input&) {
    return false;
  }
}

std::string name_of(algorithm algorithm, const convolution_task& task) {
  switch (algorithm) {
    case algorithm::direct:
      return "oneDNN direct";
    case algorithm::winograd:
      return "oneDNN Winograd";
    case algorithm::direct_bf16:
      return "oneDNN direct, bf16";
    case algorithm::few_channels:
      return "own direct";
    case algorithm::filtering:
      break;
  }
  const auto side = [](auto pixels) { return std::to_string(pixels) + "x" + std::to_string(pixels); };
  return "own F(" + side(winograd::tile_of(task.l, task.what).outputs) + ", " + side(task.what.kernel) + ")";
}

convolution_choice fixed_chooser::choose(const convolution_task& task) const {
  const bool rounds = may_round(task, precision_);
  const auto best = can_compute(algorithm::few_channels, task)                        ? algorithm::few_channels
                    : is_worth_filtering(task) && !(has_many_filters(task) && rounds) ? algorithm::filtering
                    : rounds                                                          ? algorithm::direct_bf16
                    : is_worth_winograd(task)                                         ? algorithm::winograd
                                                                                      : algorithm::direct;
  return {best, best, best};
}

} // namespace paceline::cpu
