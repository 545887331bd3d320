#include "compute/cuda/simple_operations.hpp"

#include "compute/cuda/kernels/layouts.hpp"

namespace paceline::cuda {

void relu_operation::forward(stream& queue, bool) {
  rectify(queue, input_.type, input_.size(), input_.values, output_.values);
}

void relu_operation::backward(stream& queue) {
  if (input_gradient_.to)
    pass_gradient(queue, input_.type, input_.size(), output_.values, output_.gradient, input_gradient_.accumulate,
                  input_gradient_.to);
}

void dropout_operation::forward(stream& queue, bool training) {
  if (training)
    drop_out(queue, input_.type, shape_, seed_, input_.values, false, output_.values);
  else
    queue.copy(output_.values, input_.values, input_.size_bytes());
}

void dropout_operation::backward(stream& queue) {
  if (input_gradient_.to)
    drop_out(queue, input_.type, shape_, seed_, output_.gradient, input_gradient_.accumulate, input_gradient_.to);
}

void flatten_operation::forward(stream& queue, bool) {
  transpose(queue,
            {.batch = input_.batch,
             .rows = input_.sample.height * input_.sample.width,
             .columns = input_.sample.channels,
             .from = input_.type,
             .to = output_.type},
            input_.values, output_.values);
}

void flatten_operation::backward(stream& queue) {
  if (input_gradient_.to)
    transpose(queue,
              {.batch = input_.batch,
               .rows = input_.sample.channels,
               .columns = input_.sample.height * input_.sample.width,
               .from = output_.type,
               .to = input_.type,
               .accumulate = input_gradient_.accumulate},
              output_.gradient, input_gradient_.to);
}

void shortcut_operation::forward(stream& queue, bool) {
  shortcut(queue, input_.type, shape_, input_.values, output_.values);
}

void shortcut_operation::backward(stream& queue) {
  if (input_gradient_.to)
    shortcut_gradient(queue, input_.type, shape_, output_.gradient, input_gradient_.accumulate, input_gradient_.to);
}

void add_operation::forward(stream& queue, bool) {
  add(queue, output_.type, output_.size(), input_.values, other_.values, rectify_, output_.values);
}

void add_operation::backward(stream& queue) {
  const auto* mask = rectify_ ? output_.values : nullptr;
  for (const auto& target : {input_gradient_, other_gradient_})
    if (target.to)
      pass_gradient(queue, output_.type, output_.size(), mask, output_.gradient, target.accumulate, target.to);
}

} // namespace paceline::cuda
