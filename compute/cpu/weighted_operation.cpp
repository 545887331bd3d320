#include "compute/cpu/weighted_operation.hpp"

#include "compute/cpu/gradient_sums.hpp"

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
  buffer_ = aligned_buffer<float>(wanted.get_size() / sizeof(float));
  reordered_memory_ = runs_on.bind(wanted, buffer_.data());
  const bool in = way == direction::to_primitive;
  const auto reorder = onednn::make_reorder(runs_on.engine(), in ? canonical : wanted, in ? wanted : canonical);
  reordered_ = runs_on.prepare(reorder.primitive, reorder.scratchpad,
                               {{DNNL_ARG_FROM, in ? canonical_memory_ : reordered_memory_},
                                {DNNL_ARG_TO, in ? reordered_memory_ : canonical_memory_}});
}

void weight_port::transfer(executor& runs_on) const {
  if (reordered_)
    runs_on.run(*reordered_);
}

weighted_operation::weighted_operation(executor& runs_on, const onednn::weighted_primitives& primitives,
                                       const parameter_slice& weight, const parameter_slice* bias,
                                       const activation& input, activation& output)
  : runs_on_(runs_on),
    weight_(weight),
    bias_(bias == nullptr ? std::nullopt : std::optional(*bias)),
    output_(output),
    output_layout_(primitives.output),
    bias_memory_(bias == nullptr ? dnnl::memory() : runs_on.bind(primitives.bias)),
    forward_{weight_port(runs_on, primitives.canonical_weights, primitives.forward.weights,
                         weight_port::direction::to_primitive),
             {}} {
  using direction = weight_port::direction;
  const auto values_in = runs_on.bind(primitives.input_descriptor, input.values.data());
  const auto values_out = runs_on.bind(primitives.output_descriptor, output.values.data());
  std::unordered_map<int, dnnl::memory> bound_to{
    {DNNL_ARG_SRC, values_in}, {DNNL_ARG_WEIGHTS, forward_.weights.memory()}, {DNNL_ARG_DST, values_out}};
  if (bias_)
    bound_to.emplace(DNNL_ARG_BIAS, bias_memory_);
  forward_.bound = runs_on.prepare(primitives.forward.primitive, primitives.forward.scratchpad, std::move(bound_to));
  if (!primitives.backward_weights)
    return;

  const auto gradient_out = runs_on.bind(primitives.output_descriptor, output.gradient.data());
  backward_weights_ = pass{
    weight_port(runs_on, primitives.canonical_weights, primitives.backward_weights->weights, direction::from_primitive),
    {}};
  backward_weights_->bound =
    runs_on.prepare(primitives.backward_weights->primitive, primitives.backward_weights->scratchpad,
                    {{DNNL_ARG_SRC, values_in},
                     {DNNL_ARG_DIFF_DST, gradient_out},
                     {DNNL_ARG_DIFF_WEIGHTS, backward_weights_->weights.memory()}});
  if (!primitives.backward_data)
    return;

  const auto gradient_in = runs_on.bind(primitives.input_descriptor, input.gradient.data());
  backward_data_ = pass{
    weight_port(runs_on, primitives.canonical_weights, primitives.backward_data->weights, direction::to_primitive), {}};
  backward_data_->bound = runs_on.prepare(primitives.backward_data->primitive, primitives.backward_data->scratchpad,
                                          {{DNNL_ARG_DIFF_DST, gradient_out},
                                           {DNNL_ARG_WEIGHTS, backward_data_->weights.memory()},
                                           {DNNL_ARG_DIFF_SRC, gradient_in}});
}

void weighted_operation::forward(const forward_arguments& arguments) {
  if (bias_)
    bias_memory_.set_data_handle(unconst(arguments.parameters, *bias_));
  forward_.weights.point_to(unconst(arguments.parameters, weight_));
  forward_.weights.transfer(runs_on_);
  runs_on_.run(forward_.bound);
}

void weighted_operation::backward(const backward_arguments& arguments) {
  finish_and_take_bias_gradient(runs_on_, output_layout_, output_, bias_, arguments.gradient);

  backward_weights_->weights.point_to(arguments.gradient.data() + weight_.offset);
  runs_on_.run(backward_weights_->bound);
  backward_weights_->weights.transfer(runs_on_);

  if (backward_data_) {
    backward_data_->weights.point_to(unconst(arguments.parameters, weight_));
    backward_data_->weights.transfer(runs_on_);
    runs_on_.run(backward_data_->bound);
  }
}

std::size_t weighted_operation::memory_bytes() const {
  auto bytes = forward_.weights.memory_bytes();
  if (backward_weights_)
    bytes += backward_weights_->weights.memory_bytes();
  if (backward_data_)
    bytes += backward_data_->weights.memory_bytes();
  return bytes;
}

} // namespace paceline::cpu
