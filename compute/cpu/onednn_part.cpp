#include "compute/cpu/onednn_part.hpp"

#include <algorithm>

namespace paceline::cpu {

namespace {

/// oneDNN's handles are never const; arguments that a primitive only reads are not written to.
float* unconst(std::span<const float> parameters, const parameter_slice& slice) {
  return const_cast<float*>(parameters.data()) + slice.offset;
}

/// Floats of the cache lines that so many bytes take.
std::size_t whole_lines(std::size_t bytes) {
  constexpr std::size_t line = 64;
  return (bytes + line - 1) / line * (line / sizeof(float));
}

} // namespace

argument_port::argument_port(executor& runs_on, const dnnl::memory::desc& lying, const dnnl::memory::desc& wanted,
                             direction way, std::size_t offset, float* place)
  : offset_(offset), room_end_(offset), lying_memory_(runs_on.bind(lying, place)) {
  if (lying == wanted)
    return;
  room_end_ += whole_lines(wanted.get_size());
  runs_on.reserve(room_end_);
  reordered_memory_ = runs_on.bind(wanted);
  const bool in = way == direction::to_primitive;
  const auto reorder = onednn::make_reorder(runs_on.engine(), in ? lying : wanted, in ? wanted : lying);
  reordered_ = runs_on.prepare(
    reorder.primitive, reorder.scratchpad,
    {{DNNL_ARG_FROM, in ? lying_memory_ : reordered_memory_}, {DNNL_ARG_TO, in ? reordered_memory_ : lying_memory_}});
}

void argument_port::enter_room(executor& runs_on) {
  if (reordered_)
    reordered_memory_.set_data_handle(runs_on.room() + offset_);
}

void argument_port::point_to(executor& runs_on, float* place) {
  lying_memory_.set_data_handle(place);
  enter_room(runs_on);
}

void argument_port::transfer(executor& runs_on) const {
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
  using enum argument_port::direction;
  // Behind the weights of any of the passes.
  std::size_t room_taken = 0;
  for (const auto* each : {&primitives.forward, &primitives.backward_weights, &primitives.backward_data})
    if (*each)
      room_taken = std::max(room_taken, whole_lines((*each)->weights.get_size()));
  if (primitives.forward || primitives.backward_weights) {
    input_.emplace(runs_on, primitives.input_descriptor, primitives.input_operand, to_primitive, room_taken,
                   input.values.data());
    room_taken = input_->room_end();
  }
  if (primitives.backward_weights || primitives.backward_data)
    gradient_.emplace(runs_on, primitives.output_descriptor, primitives.gradient_operand, to_primitive, room_taken,
                      output.gradient.data());
  if (primitives.forward) {
    std::unordered_map<int, dnnl::memory> arguments{
      {DNNL_ARG_SRC, input_->memory()},
      {DNNL_ARG_DST, runs_on.bind(primitives.output_descriptor, output.values.data())}};
    if (bias_)
      arguments.emplace(DNNL_ARG_BIAS, bias_memory_);
    forward_ = prepare(primitives, *primitives.forward, DNNL_ARG_WEIGHTS, std::move(arguments));
  }
  if (primitives.backward_weights)
    backward_weights_ = prepare(primitives, *primitives.backward_weights, DNNL_ARG_DIFF_WEIGHTS,
                                {{DNNL_ARG_SRC, input_->memory()}, {DNNL_ARG_DIFF_DST, gradient_->memory()}});
  if (primitives.backward_data)
    backward_data_ = prepare(primitives, *primitives.backward_data, DNNL_ARG_WEIGHTS,
                             {{DNNL_ARG_DIFF_DST, gradient_->memory()},
                              {DNNL_ARG_DIFF_SRC, runs_on.bind(primitives.input_descriptor, input.gradient.data())}});
}

onednn_part::pass onednn_part::prepare(const onednn::weighted_primitives& primitives,
                                       const onednn::weighted_pass& wanted, int weights_argument,
                                       std::unordered_map<int, dnnl::memory> arguments) {
  using enum argument_port::direction;
  argument_port weights(runs_on_, primitives.canonical_weights, wanted.weights,
                        weights_argument == DNNL_ARG_WEIGHTS ? to_primitive : from_primitive);
  arguments.emplace(weights_argument, weights.memory());
  auto bound = runs_on_.prepare(wanted.primitive, wanted.scratchpad, std::move(arguments));
  return {std::move(weights), std::move(bound)};
}

void onednn_part::forward(const forward_arguments& arguments) {
  if (!forward_)
    return;
  if (bias_)
    bias_memory_.set_data_handle(unconst(arguments.parameters, *bias_));
  input_->enter_room(runs_on_);
  input_->transfer(runs_on_);
  forward_->weights.point_to(runs_on_, unconst(arguments.parameters, weight_));
  forward_->weights.transfer(runs_on_);
  runs_on_.run(forward_->bound);
}

void onednn_part::backward(const backward_arguments& arguments) {
  if (gradient_) {
    gradient_->enter_room(runs_on_);
    gradient_->transfer(runs_on_);
  }
  if (backward_weights_) {
    input_->enter_room(runs_on_);
    input_->transfer(runs_on_);
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
