#include "compute/cpu/weighted_operation.hpp"

#include "compute/cpu/gradient_sums.hpp"

namespace paceline::cpu {

weighted_operation::weighted_operation(executor& runs_on, const activation_layout& made, const parameter_slice* bias,
                                       activation& output, std::vector<std::unique_ptr<weighted_part>> parts)
  : runs_on_(runs_on),
    made_(made),
    bias_(bias == nullptr ? std::nullopt : std::optional(*bias)),
    output_(output),
    parts_(std::move(parts)) {}

void weighted_operation::forward(const forward_arguments& arguments) {
  for (const auto& part : parts_)
    part->forward(arguments);
}

void weighted_operation::backward(const backward_arguments& arguments) {
  finish_and_take_bias_gradient(runs_on_, made_, output_, bias_, arguments.gradient);
  for (const auto& part : parts_)
    part->backward(arguments);
}

std::size_t weighted_operation::memory_bytes() const {
  std::size_t bytes = 0;
  for (const auto& part : parts_)
    bytes += part->memory_bytes();
  return bytes;
}

} // namespace paceline::cpu
