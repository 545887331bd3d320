#include "compute/cpu/cpu_network.hpp"

#include "compute/cpu/network_plan.hpp"
#include "compute/loss.hpp"
#include "compute/thread_cpu_time.hpp"

#include <algorithm>
#include <cassert>

namespace paceline::cpu {

namespace {

/// Floats of a cache line.
constexpr std::size_t alignment = 16;

/// Adds what the call takes of this thread to `sum`.
template <class Call>
void time_into(std::chrono::nanoseconds& sum, Call&& call) {
  const auto began = thread_cpu_time();
  call();
  sum += thread_cpu_time() - began;
}

} // namespace

cpu_network::cpu_network(const model& m, const network_options& options, int threads,
                         const convolution_chooser& chooser)
  : training_(options.training), executor_(threads) {
  m.require_all_read();
  const thread_limit limit(threads);
  require_team(threads);
  auto plan = plan_network(executor_, m, options, chooser);
  allocate(plan);
  reports_.resize(m.layers().size());
  for (const auto& report : plan.reports)
    reports_[report.layer] = report;
  for (const auto& planned : plan.operations)
    operations_.push_back({planned.make(), planned.layer, planned.has_backward});
  activations_ = std::move(plan.activations);
  input_ = plan.input;
  output_ = plan.output;
  executor_.allocate_scratchpad();
}

void cpu_network::allocate(network_plan& plan) {
  const auto places = plan_memory(lives_of(plan, training_), alignment);
  memory_ = aligned_buffer<float>(places.size);
  for (auto& data : plan.activations) {
    data.values = {memory_.data() + places.offsets[data.values_buffer], static_cast<std::size_t>(data.layout.size())};
    if (data.moments_buffer)
      data.plane_moments = {memory_.data() + places.offsets[*data.moments_buffer],
                            static_cast<std::size_t>(data.layout.moments_size())};
    if (data.gradient_buffer)
      data.gradient = {memory_.data() + places.offsets[*data.gradient_buffer], data.values.size()};
  }
}

void cpu_network::forward(std::span<const float> images, const forward_arguments& arguments) {
  assert(images.size() == input_->values.size());
  std::copy(images.begin(), images.end(), input_->values.begin());
  for (const auto& step : operations_)
    time_into(reports_[step.layer].forward, [&] { step.what->forward(arguments); });
}

double cpu_network::loss_and_gradient(const batch_view& batch, std::span<const float> parameters,
                                      std::span<float> gradient, std::uint64_t dropout_seed) {
  assert(training_);
  const thread_limit limit(executor_.threads());
  for (auto& report : reports_)
    report.forward = report.backward = {};
  forward(batch.images, {parameters, true, dropout_seed});
  const auto loss =
    softmax_cross_entropy(output_->values, batch.labels, output_->gradient) / static_cast<double>(batch.labels.size());
  const backward_arguments arguments{parameters, gradient};
  for (auto step = operations_.rbegin(); step != operations_.rend(); ++step)
    if (step->has_backward)
      time_into(reports_[step->layer].backward, [&] { step->what->backward(arguments); });
  return loss;
}

void cpu_network::scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) {
  const thread_limit limit(executor_.threads());
  forward(images, {parameters, false, 0});
  const auto found = output_->values;
  assert(scores.size() == found.size());
  std::copy(found.begin(), found.end(), scores.begin());
}

std::size_t cpu_network::memory_bytes() const {
  auto bytes = executor_.scratchpad_bytes() + memory_.size_bytes();
  for (const auto& step : operations_)
    bytes += step.what->memory_bytes();
  return bytes;
}

std::vector<layer_report> cpu_network::report() const {
  std::vector<layer_report> result;
  for (const auto& step : operations_)
    if (result.empty() || result.back().layer != step.layer) {
      result.push_back(reports_[step.layer]);
      result.back().layer = step.layer;
    }
  return result;
}

} // namespace paceline::cpu
