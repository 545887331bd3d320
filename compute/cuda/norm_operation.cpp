#include "compute/cuda/norm_operation.hpp"

namespace paceline::cuda {

norm_operation::norm_operation(stream& queue, std::string name, const batch_norm_layer& l, bool rectify,
                               const activation& input, const activation& output, const gradient_target& input_gradient,
                               device_parameters& parameters, shared_scratch& scratch)
  : name_(std::move(name)),
    layer_(l),
    shape_{input.type, as_element(input.rows()), as_element(input.sample.channels), rectify},
    input_(input),
    output_(output),
    input_gradient_(input_gradient),
    parameters_(parameters),
    scratch_(scratch),
    moments_memory_(queue.device(), std::size_t{2} * shape_.channels * sizeof(float), "the moments of " + name_),
    moments_{moments_memory_.as<float>(), moments_memory_.as<float>() + shape_.channels} {
  scratch.need_reduction(shape_.channels, 2);
}

void norm_operation::forward(stream& queue, bool training) {
  const auto* mean = parameters_.values_of(name_ + ".running_mean");
  const auto* variance = parameters_.values_of(name_ + ".running_var");
  if (training)
    find_moments(queue, shape_, layer_.epsilon, input_.values, scratch_.reduction, moments_,
                 {.mean = mean,
                  .variance = variance,
                  .next_mean = parameters_.gradient_of(name_ + ".running_mean"),
                  .next_variance = parameters_.gradient_of(name_ + ".running_var"),
                  .momentum = layer_.momentum});
  else
    take_moments(queue, shape_.channels, layer_.epsilon, mean, variance, moments_);
  normalise(queue, shape_, moments_, parameters_.values_of(name_ + ".weight"), parameters_.values_of(name_ + ".bias"),
            input_.values, output_.values);
}

void norm_operation::backward(stream& queue) {
  auto* weight_gradient = parameters_.gradient_of(name_ + ".weight");
  auto* bias_gradient = parameters_.gradient_of(name_ + ".bias");
  norm_parameter_gradients(queue, shape_, moments_, input_.values, output_.values, output_.gradient, scratch_.reduction,
                           weight_gradient, bias_gradient);
  if (input_gradient_.to)
    norm_input_gradient(queue, shape_, moments_, parameters_.values_of(name_ + ".weight"), input_.values,
                        output_.values, output_.gradient, weight_gradient, bias_gradient, input_gradient_.accumulate,
                        input_gradient_.to);
}

} // namespace paceline::cuda
