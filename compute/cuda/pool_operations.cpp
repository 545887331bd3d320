#include "compute/cuda/pool_operations.hpp"

#include "compute/errors.hpp"

#include <string>

namespace paceline::cuda {

max_pool_operation::max_pool_operation(stream& queue, const max_pool_layer& l, const activation& input,
                                       const activation& output, const gradient_target& input_gradient)
  : shape_{.batch = input.batch,
           .input = input.sample,
           .output = output.sample,
           .kernel_height = l.kernel,
           .kernel_width = l.kernel,
           .stride = l.stride,
           .padding = l.padding},
    input_(input),
    output_(output),
    input_gradient_(input_gradient) {
  if (l.kernel * l.kernel > most_places_of_a_max_pool)
    throw invalid_input("cuda: a max-pool of " + std::to_string(l.kernel) + "x" + std::to_string(l.kernel)
                        + " was asked for, at most 16x16 is allowed");
  winners_ = device_memory(queue.device(), static_cast<std::size_t>(output.size()), "the winners of a max-pool");
}

void max_pool_operation::forward(stream& queue, bool) {
  max_pool(queue, input_.type, shape_, input_.values, output_.values, winners_.as<std::uint8_t>());
}

void max_pool_operation::backward(stream& queue) {
  if (input_gradient_.to)
    max_pool_gradient(queue, input_.type, shape_, output_.gradient, winners_.as<std::uint8_t>(),
                      input_gradient_.accumulate, input_gradient_.to);
}

average_pool_operation::average_pool_operation(const average_pool_layer& l, const activation& input,
                                               const activation& output, const gradient_target& input_gradient)
  : shape_{.batch = input.batch,
           .input = input.sample,
           .output = output.sample,
           .kernel_height = l.kernel == 0 ? input.sample.height : l.kernel,
           .kernel_width = l.kernel == 0 ? input.sample.width : l.kernel,
           .stride = l.kernel == 0 ? 1 : l.stride},
    input_(input),
    output_(output),
    input_gradient_(input_gradient) {}

void average_pool_operation::forward(stream& queue, bool) {
  average_pool(queue, input_.type, shape_, input_.values, output_.values);
}

void average_pool_operation::backward(stream& queue) {
  if (input_gradient_.to)
    average_pool_gradient(queue, input_.type, shape_, output_.gradient, input_gradient_.accumulate, input_gradient_.to);
}

} // namespace paceline::cuda
