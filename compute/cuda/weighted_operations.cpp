#include "compute/cuda/weighted_operations.hpp"

#include "compute/cuda/device/matrix_product.hpp"
#include "compute/cuda/kernels/elementwise.hpp"
#include "compute/cuda/kernels/layouts.hpp"

namespace paceline::cuda {

namespace {

/// The bias and the relu behind a product.
void finish_forward(stream& queue, const weighted_layer& what, const device_parameters& parameters) {
  const auto& out = *what.output;
  if (const auto* bias = parameters.values_of(what.name + ".bias"))
    add_bias(queue, out.type, out.values, bias, out.rows(), out.sample.channels, what.rectify);
  else if (what.rectify)
    rectify(queue, out.type, out.size(), out.values, out.values);
}

/// The gradient through the relu, in place, and the bias's.
void begin_backward(stream& queue, const weighted_layer& what, const device_parameters& parameters,
                    const shared_scratch& scratch) {
  const auto& out = *what.output;
  if (what.rectify)
    pass_gradient(queue, out.type, out.size(), out.values, out.gradient, false, out.gradient);
  if (auto* bias = parameters.gradient_of(what.name + ".bias"))
    sum_rows(queue, out.type, out.gradient, out.rows(), out.sample.channels, scratch.reduction, bias);
}

convolution_shape shape_of(const weighted_layer& what, const convolution_layer& l) {
  return {.batch = what.input->batch,
          .input = what.input->sample,
          .output = what.output->sample,
          .kernel = l.kernel,
          .stride = l.stride,
          .padding = l.padding,
          .type = what.input->type,
          .tf32 = what.tf32,
          .choice = what.choice};
}

} // namespace

convolution_operation::convolution_operation(stream& queue, const weighted_layer& what, const convolution_layer& l,
                                             const convolution_passes& passes, convolution_choices& choices,
                                             device_parameters& parameters, shared_scratch& scratch)
  : what_(what),
    parameters_(parameters),
    scratch_(scratch),
    weights_(l.channels * l.kernel * l.kernel * what.input->sample.channels),
    convolution_(queue, shape_of(what, l), passes, choices) {
  scratch.need_workspace(convolution_.workspace_bytes());
  scratch.need_reduction(what.output->sample.channels, 1);
  if (passes.weights && what.input->type == value_type::bf16)
    weight_gradient_ = device_memory(queue.device(), static_cast<std::size_t>(weights_) * sizeof(bfloat16),
                                     "the gradient of " + what.name + ".weight");
}

void convolution_operation::forward(stream& queue, bool) {
  convolution_.forward(queue, what_.input->values, parameters_.product_weights_of(what_.name + ".weight"),
                       what_.output->values, scratch_.workspace);
  finish_forward(queue, what_, parameters_);
}

void convolution_operation::backward(stream& queue) {
  begin_backward(queue, what_, parameters_, scratch_);
  auto* gradient = parameters_.gradient_of(what_.name + ".weight");
  const bool converts = weight_gradient_.data() != nullptr;
  void* made = converts ? static_cast<void*>(weight_gradient_.data()) : gradient;
  convolution_.backward_weights(queue, what_.input->values, what_.output->gradient, made, scratch_.workspace);
  if (converts)
    convert(queue, weights_, value_type::bf16, made, value_type::fp32, gradient);
  if (what_.input_gradient.to)
    convolution_.backward_data(queue, what_.output->gradient, parameters_.product_weights_of(what_.name + ".weight"),
                               what_.input_gradient.to, what_.input_gradient.accumulate, scratch_.workspace);
}

linear_operation::linear_operation(const weighted_layer& what, device_parameters& parameters, shared_scratch& scratch)
  : what_(what), parameters_(parameters), scratch_(scratch) {
  scratch.need_reduction(what.output->sample.channels, 1);
}

void linear_operation::forward(stream& queue, bool) {
  const auto& in = *what_.input;
  const auto& out = *what_.output;
  multiply(queue,
           {.rows = in.batch,
            .columns = out.sample.channels,
            .depth = in.sample.channels,
            .transpose_right = true,
            .type = in.type,
            .tf32 = what_.tf32},
           in.values, parameters_.product_weights_of(what_.name + ".weight"), out.values);
  finish_forward(queue, what_, parameters_);
}

void linear_operation::backward(stream& queue) {
  begin_backward(queue, what_, parameters_, scratch_);
  const auto& in = *what_.input;
  const auto& out = *what_.output;
  multiply(queue,
           {.rows = out.sample.channels,
            .columns = in.sample.channels,
            .depth = in.batch,
            .transpose_left = true,
            .type = in.type,
            .fp32_result = true,
            .tf32 = what_.tf32},
           out.gradient, in.values, parameters_.gradient_of(what_.name + ".weight"));
  if (what_.input_gradient.to)
    multiply(queue,
             {.rows = in.batch,
              .columns = in.sample.channels,
              .depth = out.sample.channels,
              .accumulate = what_.input_gradient.accumulate,
              .type = in.type,
              .tf32 = what_.tf32},
             out.gradient, parameters_.product_weights_of(what_.name + ".weight"), what_.input_gradient.to);
}

} // namespace paceline::cuda
