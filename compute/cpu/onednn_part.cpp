#include "compute/cpu/onednn_part.hpp"

namespace paceline::cpu {

namespace {

/// oneDNN's handles are never const; arguments that a primitive only reads are not written to.
float* unconst(std::span<const float> parameters, const parameter_slice& slice) {
  return const_cast<float*>(parameters.data()) + slice.offset;
}

} // namespace

weight_port::weight_port(executor& runs_on, const dnnl::memory::desc& canonical, const dnnl::memory::desc& wanted,
                         direction way)
  : canonical_memory_(runs_on.bind(canonical)) {
  if (canonical == wanted)
    return;
  runs_on.reserve(wanted.get_size() / sizeof(float));
  reordered_memory_ = runs_on.bind(wanted);
  const bool in = way == direction::to_primitive;
  const auto reorder = onednn::make_reorder(runs_on.engine(), in ? canonical : wanted, in ? wanted : canonical);
  reordered_ = runs_on.prepare(reorder.primitive, reorder.scratchpad,
                               {{DNNL_ARG_FROM, in ? canonical_memory_ : reordered_memory_},
                                {DNNL_ARG_TO, in ? reordered_memory_ : canonical_memory_}});
}

void weight_port::point_to(executor& runs_on, float* canonical) {
  canonical_memory_.set_data_handle(canonical);
  if (reordered_)
    reordered_memory_.set_data_handle(runs_on.room());
}

void weight_port::transfer(executor& runs_on) const {
  if (reordered_)
    runs_on.run(*reordered_);
}

onednn_part::onednn_part(executor& runs_on, const onednn::weighted_primitives& primitives,
                         const parameter_slice& weight, const parameter_slice* bias, const activation& input,
                         const activation& output)
  : runs_on_(runs_on),
    weight_(weight),
    bias_(bias == nullptr ? std::nullopt : std::optional(*bias)),
    bias_memory_(bias == nullptr ? dnnl::memory() : runs_on.bind(primitives.bias)) {
  const auto values_in = runs_on.bind(primitives.input_descriptor, input.values.data());
  if (primitives.forward) {
    std::unordered_map<int, dnnl::memory> arguments{
      {DNNL_ARG_SRC, values_in}, {DNNL_ARG_DST, runs_on.bind(primitives.output_descriptor, output.values.data())}};
    if (bias_)
      arguments.emplace(DNNL_ARG_BIAS, bias_memory_);
    forward_ = prepare(primitives, *primitives.forward, DNNL_ARG_WEIGHTS, std::move(arguments));
  }
  const auto gradient_out = runs_on.bind(primitives.output_descriptor, output.gradient.data());
  if (primitives.backward_weights)
    backward_weights_ = prepare(primitives, *primitives.backward_weights, DNNL_ARG_DIFF_WEIGHTS,
                                {{DNNL_ARG_SRC, values_in}, {DNNL_ARG_DIFF_DST, gradient_out}});
  if (primitives.backward_data)
    backward_data_ = prepare(primitives, *primitives.backward_data, DNNL_ARG_WEIGHTS,
                             {{DNNL_ARG_DIFF_DST, gradient_out},
                              {DNNL_ARG_DIFF_SRC, runs_on.bind(primitives.input_descriptor, input.gradient.data())}});
}

onednn_part::pass onednn_part::prepare(const onednn::weighted_primitives& primitives,
                                       const onednn::weighted_pass& wanted, int weights_argument,
                                       std::unordered_map<int, dnnl::memory> arguments) {
  using direction = weight_port::direction;
  weight_port weights(runs_on_, primitives.canonical_weights, wanted.weights,
                      weights_argument == DNNL_ARG_WEIGHTS ? direction::to_primitive : direction::from_primitive);
  arguments.emplace(weights_argument, weights.memory());
  auto bound = runs_on_.prepare(wanted.primitive, wanted.scratchpad, std::move(arguments));
  return {std::move(weights), std::move(bound)};
}

void onednn_part::forward(const forward_arguments& arguments) {
  if (!forward_)
    return;
  if (bias_)
    bias_memory_.set_data_handle(unconst(arguments.parameters, *bias_));
  forward_->weights.point_to(runs_on_, unconst(arguments.parameters, weight_));
  forward_->weights.transfer(runs_on_);
  runs_on_.run(forward_->bound);
}

void onednn_part::backward(const backward_arguments& arguments) {
  if (backward_weights_) {
    backward_weights_->weights.point_to(runs_on_, arguments.gradient.data() + weight_.offset);
    runs_on_.run(backward_weights_->bound);
    backward_weights_->weights.transfer(runs_on_);
  }
  if (backward_data_) {
    backward_data_->weights.point_to(runs_on_, unconst(arguments.parameters, weight_));
    backward_data_->weights.transfer(runs_on_);
    runs_on_.run(backward_data_->bound);
  }
}

} // namespace paceline::cpu
