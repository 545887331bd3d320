#include "compute/cpu/timed_chooser.hpp"

#include "compute/cpu/onednn.hpp"
#include "compute/cpu/winograd/winograd_part.hpp"

#include <algorithm>
#include <exception>

namespace paceline::cpu {

namespace {

using algorithm = convolution_algorithm;
using std::chrono::nanoseconds;

/// oneDNN's, besides the direct one.
std::vector<algorithm> others_of_onednn(const convolution_task& task, product_precision precision) {
  std::vector<algorithm> result;
  if (can_compute(algorithm::winograd, task))
    result.push_back(algorithm::winograd);
  if (may_round(task, precision))
    result.push_back(algorithm::direct_bf16);
  return result;
}

} // namespace

std::vector<algorithm> mixable(const convolution_task& task, product_precision precision) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const auto made_by = [&](algorithm which) {
    return onednn::make_weighted_primitives(
      engine, task.l, {.batch = task.batch, .passes = task.passes, .rectify = task.rectify, .algorithm = which});
  };
  const auto direct = made_by(algorithm::direct);
  std::vector<algorithm> result{algorithm::direct};
  for (const auto which : others_of_onednn(task, precision)) {
    const auto other = made_by(which);
    if (other.input.block == direct.input.block && other.output.block == direct.output.block)
      result.push_back(which);
  }
  const auto block = winograd::block_of_channels();
  if (can_compute(algorithm::filtering, task) && direct.input.block == block && direct.output.block == block)
    result.push_back(algorithm::filtering);
  return result;
}

namespace {

struct timed_algorithm {
  algorithm which = algorithm::direct;
  nanoseconds time = nanoseconds::max();
};

} // namespace

timed_chooser::timed_chooser(convolution_stopwatch time, product_precision precision)
  : time_(std::move(time)), precision_(precision) {}

nanoseconds timed_chooser::time(const convolution_task& task, algorithm which, const pass_set& passes,
                                nanoseconds limit) const {
  try {
    return time_(task, which, passes, limit);
  } catch (const std::exception&) {
    // Some need memory that others do not, or have no way for the part of a batch that is timed.
    if (which == algorithm::direct)
      throw;
    return nanoseconds::max();
  }
}

convolution_choice timed_chooser::choose(const convolution_task& task) const {
  // From the beginning: what others compile beside it would be timed as well.
  const std::lock_guard alone(timing_);
  if (!can_compute(algorithm::direct, task))
    return fixed_chooser(precision_).choose(task);
  const auto candidates = mixable(task, precision_);
  const auto& in = task.l.input;
  const shape_key key{in.channels,
                      in.height,
                      in.width,
                      task.what.channels,
                      task.what.kernel,
                      task.what.stride,
                      task.what.padding,
                      task.batch,
                      task.threads,
                      task.rectify ? 1 : 0,
                      task.pooled ? 1 : 0,
                      task.passes.backward_weights ? 1 : 0,
                      task.passes.backward_data ? 1 : 0};
  auto forward_key = key;
  // All but what is pooled and which passes go back.
  std::fill(forward_key.end() - 3, forward_key.end(), 0);
  if (const auto own = best_of_ours(task, key, candidates.back() == algorithm::filtering))
    return {*own, *own, *own};
  if (candidates.size() == 1)
    return {};
  auto forward = forward_.find(forward_key);
  if (forward == forward_.end())
    forward = forward_.emplace(forward_key, choose_forward(task, candidates)).first;
  if (!task.passes.backward_weights && !task.passes.backward_data)
    return {forward->second, forward->second, forward->second};
  auto backward = backward_.find(key);
  if (backward == backward_.end())
    backward = backward_.emplace(key, choose_backward(task, candidates)).first;
  return {forward->second, backward->second.weights, backward->second.data};
}

std::optional<algorithm> timed_chooser::best_of_ours(const convolution_task& task, const shape_key& key,
                                                     bool filtering_mixes) const {
  if (const auto known = own_.find(key); known != own_.end())
    return known->second;
  std::vector<algorithm> ours;
  if (can_compute(algorithm::few_channels, task))
    ours.push_back(algorithm::few_channels);
  // One that would mix competes here where it would pool, or before another one of ours takes all.
  if ((task.pooled || !filtering_mixes || !ours.empty()) && can_compute(algorithm::filtering, task))
    ours.push_back(algorithm::filtering);
  std::optional<algorithm> best;
  if (!ours.empty()) {
    auto least = time(task, algorithm::direct, task.passes, nanoseconds::max());
    for (const auto which : others_of_onednn(task, precision_))
      least = std::min(least, time(task, which, task.passes, least));
    for (const auto which : ours) {
      // In another layout it has to make up for the copy of what it reads.
      const auto limit = which == algorithm::filtering && !filtering_mixes ? least * 9 / 10 : least;
      if (const auto took = time(task, which, task.passes, limit); took < limit) {
        least = took;
        best = which;
      }
    }
  }
  own_.emplace(key, best);
  return best;
}

algorithm timed_chooser::choose_forward(const convolution_task& task, const std::vector<algorithm>& candidates) const {
  timed_algorithm best;
  // Direct is seldom the fastest: those before it spare its repetitions.
  for (auto which = candidates.rbegin(); which != candidates.rend(); ++which)
    if (const auto took = time(task, *which, {.forward = true}, best.time); took < best.time)
      best = {*which, took};
  return best.which;
}

timed_chooser::backward_choice timed_chooser::choose_backward(const convolution_task& task,
                                                              const std::vector<algorithm>& candidates) const {
  const pass_set both{.backward_weights = task.passes.backward_weights, .backward_data = task.passes.backward_data};
  const bool is_pair = both.backward_weights && both.backward_data;
  // Ours does both for less than each alone.
  const bool has_own = candidates.back() == algorithm::filtering;
  const auto together =
    is_pair && has_own ? time(task, algorithm::filtering, both, nanoseconds::max()) : nanoseconds::max();
  timed_algorithm weights, data;
  for (auto which = candidates.rbegin(); which != candidates.rend(); ++which) {
    const auto limit = [&](const timed_algorithm& best) { return std::min(best.time, together); };
    if (both.backward_weights)
      if (const auto took = time(task, *which, {.backward_weights = true}, limit(weights)); took < weights.time)
        weights = {*which, took};
    if (both.backward_data)
      if (const auto took = time(task, *which, {.backward_data = true}, limit(data)); took < data.time)
        data = {*which, took};
  }
  if (together != nanoseconds::max() && together <= weights.time + data.time)
    return {algorithm::filtering, algorithm::filtering};
  return {weights.which, data.which};
}

} // namespace paceline::cpu
