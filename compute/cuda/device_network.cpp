#include "compute/cuda/device_network.hpp"

#include "compute/cuda/kernels/cross_entropy.hpp"
#include "compute/cuda/norm_operation.hpp"
#include "compute/cuda/pool_operations.hpp"
#include "compute/cuda/simple_operations.hpp"
#include "compute/cuda/weighted_operations.hpp"
#include "compute/errors.hpp"
#include "compute/layer_readers.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <variant>

namespace paceline::cuda {

namespace {

/// As the libraries' vector loads want it.
constexpr std::size_t alignment = 256;

std::size_t aligned(std::size_t bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

bool is_add(const layer& l) {
  return std::holds_alternative<add_layer>(l.kind);
}

bool has_parameters(const layer& l) {
  return std::holds_alternative<convolution_layer>(l.kind) || std::holds_alternative<linear_layer>(l.kind)
         || std::holds_alternative<batch_norm_layer>(l.kind);
}

/// By place: whether a backward pass reaches it.
std::vector<bool> gradient_needs(const model& m) {
  std::vector<bool> needs{false};
  for (const auto& l : m.layers())
    needs.push_back(has_parameters(l) || needs[l.from] || (is_add(l) && needs[l.with]));
  return needs;
}

} // namespace

device_network::device_network(stream& queue, const model& m, const device_network_options& options,
                               convolution_choices& choices, device_parameters& parameters)
  : options_(options), choices_(choices), seed_(queue.device(), sizeof(std::uint64_t), "the dropout seed") {
  m.require_all_read();
  const auto planned_steps = plan(m);
  allocate(queue, m, planned_steps);
  make(queue, m, planned_steps, parameters);
  scratch_.need_reduction(1, 1);
  const auto device = queue.device();
  const auto batch = static_cast<std::size_t>(options.batch_size);
  workspace_ = device_memory(device, scratch_.workspace_bytes, "the libraries' workspace");
  reduction_ = device_memory(device, scratch_.reduction_doubles * sizeof(double), "partial sums");
  labels_ = device_memory(device, batch * sizeof(std::int32_t), "labels");
  row_losses_ = device_memory(device, batch * sizeof(float), "losses");
  loss_ = device_memory(device, sizeof(double), "the loss");
  scratch_.workspace = workspace_.data();
  scratch_.reduction = {reduction_.as<double>()};
}

std::vector<device_network::planned> device_network::plan(const model& m) {
  const auto layers = m.layers();
  const layer_readers readers(m);
  std::vector<planned> result;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool rectify = readers.can_rectify(i);
    result.push_back({i, i + (rectify ? 2u : 1u), rectify});
    i += rectify ? 1 : 0;
  }
  return result;
}

void device_network::allocate(stream& queue, const model& m, const std::vector<planned>& plan) {
  const auto needs = gradient_needs(m);
  places_.resize(m.layers().size() + 2);
  std::size_t bytes = 0;
  std::vector<std::size_t> offsets(places_.size());
  std::vector<std::size_t> gradient_offsets(places_.size());
  const auto reserve = [&](std::size_t place, feature_shape sample) {
    auto& a = places_[place];
    a = {.batch = options_.batch_size, .sample = sample, .type = options_.type};
    if (a.size() > most_elements)
      throw invalid_input("cuda: " + std::to_string(a.size()) + " values between two layers of " + m.name()
                          + ", allowed are " + std::to_string(most_elements) + ": use smaller batches");
    offsets[place] = bytes;
    bytes += aligned(a.size_bytes());
    gradient_offsets[place] = bytes;
    // The loss writes the scores' in any case.
    const auto has_gradient = options_.training && (place + 1 >= needs.size() || needs[place]);
    bytes += has_gradient ? aligned(a.size_bytes()) : 0;
    return has_gradient;
  };
  std::vector<bool> has_gradient(places_.size());
  has_gradient[0] = reserve(0, m.input());
  for (const auto& p : plan)
    has_gradient[p.output] = reserve(p.output, m.layers()[p.layer].output);
  const auto output = m.output();
  const bool reorders = output.channels > 1 && output.height * output.width > 1;
  const auto scores = reorders ? places_.size() - 1 : places_.size() - 2;
  if (reorders)
    has_gradient[scores] = reserve(scores, {output.size(), 1, 1});
  activations_ = device_memory(queue.device(), bytes, "activations of " + m.name());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].values = activations_.data() + offsets[i];
    if (has_gradient[i])
      places_[i].gradient = activations_.data() + gradient_offsets[i];
  }
  scores_ = &places_[scores];
}

void device_network::make(stream& queue, const model& m, const std::vector<planned>& plan,
                          device_parameters& parameters) {
  std::vector<bool> written(places_.size());
  const auto target = [&](std::size_t place) {
    const gradient_target result{places_[place].gradient, written[place]};
    written[place] = true;
    return result;
  };
  // Gradients are written from the end on: the first reader to come overwrites, the others add.
  if (scores_ == &places_.back()) {
    const auto& last = places_[places_.size() - 2];
    steps_.push_back(
      {std::make_unique<flatten_operation>(last, *scores_, target(places_.size() - 2)), scores_->gradient != nullptr});
  }
  for (auto p = plan.rbegin(); p != plan.rend(); ++p) {
    const auto& l = m.layers()[p->layer];
    const auto from = target(l.from);
    const auto with = is_add(l) ? target(l.with) : gradient_target{};
    steps_.push_back({make_one(queue, l, *p, parameters, from, with), places_[p->output].gradient != nullptr});
  }
  std::reverse(steps_.begin(), steps_.end());
}

std::unique_ptr<operation> device_network::make_one(stream& queue, const layer& l, const planned& p,
                                                    device_parameters& parameters, const gradient_target& from,
                                                    const gradient_target& with) {
  auto& input = places_[l.from];
  auto& output = places_[p.output];
  struct maker {
    device_network& net;
    stream& queue;
    const layer& l;
    const planned& p;
    device_parameters& parameters;
    activation& input;
    activation& output;
    const gradient_target& from;
    const gradient_target& with;

    using made = std::unique_ptr<operation>;

    weighted_layer weighted() const {
      return {.name = l.name,
              .rectify = p.rectify,
              .tf32 = net.options_.tf32,
              .choice = net.options_.choice,
              .input = &input,
              .output = &output,
              .input_gradient = from};
    }
    convolution_passes passes() const {
      const auto& options = net.options_;
      return {.forward = !options.trial,
              .weights = options.training && !options.trial,
              .data = from.to != nullptr && !options.trial};
    }
    made operator()(const convolution_layer& kind) const {
      return std::make_unique<convolution_operation>(queue, weighted(), kind, passes(), net.choices_, parameters,
                                                     net.scratch_);
    }
    made operator()(const linear_layer&) const {
      return std::make_unique<linear_operation>(weighted(), parameters, net.scratch_);
    }
    made operator()(const relu_layer&) const { return std::make_unique<relu_operation>(input, output, from); }
    made operator()(const max_pool_layer& kind) const {
      return std::make_unique<max_pool_operation>(queue, kind, input, output, from);
    }
    made operator()(const dropout_layer& kind) const {
      const dropout_shape shape{input.batch, l.output, p.layer, kind.probability};
      return std::make_unique<dropout_operation>(input, output, from, shape, net.dropout_seed());
    }
    made operator()(const flatten_layer&) const { return std::make_unique<flatten_operation>(input, output, from); }
    made operator()(const average_pool_layer& kind) const {
      return std::make_unique<average_pool_operation>(kind, input, output, from);
    }
    made operator()(const batch_norm_layer& kind) const {
      return std::make_unique<norm_operation>(queue, l.name, kind, p.rectify, input, output, from, parameters,
                                              net.scratch_);
    }
    made operator()(const add_layer&) const {
      return std::make_unique<add_operation>(input, net.places_[l.with], output, from, with, p.rectify);
    }
    made operator()(const shortcut_layer& kind) const {
      return std::make_unique<shortcut_operation>(input, output, from, kind.stride);
    }
  };
  return std::visit(maker{*this, queue, l, p, parameters, input, output, from, with}, l.kind);
}

void device_network::forward(stream& queue, bool training) {
  for (const auto& s : steps_)
    s.what->forward(queue, training);
}

void device_network::loss_and_gradient(stream& queue) {
  assert(options_.training);
  forward(queue, true);
  cross_entropy(queue, scores_->type, scores_->batch, scores_->sample.size(), scores_->values, labels(),
                scores_->gradient, row_losses_.as<float>(), scratch_.reduction, loss_.as<double>());
  for (auto s = steps_.rbegin(); s != steps_.rend(); ++s)
    if (s->has_backward)
      s->what->backward(queue);
}

std::size_t device_network::memory_bytes() const {
  std::size_t bytes = 0;
  for (const auto* memory : {&activations_, &workspace_, &reduction_, &labels_, &seed_, &row_losses_, &loss_})
    bytes += memory->size_bytes();
  for (const auto& s : steps_)
    bytes += s.what->memory_bytes();
  return bytes;
}

} // namespace paceline::cuda
