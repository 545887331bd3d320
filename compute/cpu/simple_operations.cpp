#include "compute/cpu/simple_operations.hpp"

#include "compute/cpu/gradient_sums.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/parts.hpp"

namespace paceline::cpu {

void relu_operation::forward(const forward_arguments&) {
  const auto batch = data_.layout.batch;
  runs_on_.for_each(batch, [&](std::int64_t n) { runs_on_.kernels().rectify(part_of(data_.values, n, batch)); });
}

void relu_operation::backward(const backward_arguments&) {
  const auto batch = data_.layout.batch;
  runs_on_.for_each(batch, [&](std::int64_t n) {
    runs_on_.kernels().rectify_gradient(part_of(data_.values, n, batch), part_of(data_.gradient, n, batch));
  });
}

dropout_operation::dropout_operation(executor& runs_on, const dropout_layer& what, std::size_t index, activation& data)
  : runs_on_(runs_on), probability_(what.probability), index_(index), data_(data), kept_(data.values.size()) {}

void dropout_operation::forward(const forward_arguments& arguments) {
  if (!arguments.training)
    return;
  const dropout_mask mask(arguments.dropout_seed, index_, probability_);
  const auto scale = static_cast<float>(1 / (1 - probability_));
  const auto layout = data_.layout.merged();
  runs_on_.for_each(layout.batch * layout.blocks(), [&](std::int64_t plane) {
    runs_on_.kernels().drop(layout, plane, mask, scale, data_.values.data(), kept_.data());
  });
}

void dropout_operation::backward(const backward_arguments&) {
  const auto batch = data_.layout.batch;
  const auto scale = static_cast<float>(1 / (1 - probability_));
  const std::span<const std::uint8_t> kept(kept_.data(), kept_.size());
  runs_on_.for_each(batch, [&](std::int64_t n) {
    runs_on_.kernels().drop_gradient(scale, part_of(kept, n, batch), part_of(data_.gradient, n, batch));
  });
}

pool_operation::pool_operation(executor& runs_on, const max_pool_layer& what, activation& input, activation& output)
  : runs_on_(runs_on),
    geometry_{input.layout, output.layout, what.kernel, what.stride, what.padding},
    input_(input),
    output_(output),
    winners_(output.values.size()) {}

void pool_operation::forward(const forward_arguments&) {
  runs_on_.for_each(geometry_.to.batch * geometry_.to.blocks(), [&](std::int64_t plane) {
    runs_on_.kernels().pool_forward(geometry_, plane, input_.values.data(), output_.values.data(), winners_.data());
  });
}

void pool_operation::backward(const backward_arguments&) {
  // A window's highest value is positive where the relu let it through, and pooling hands on every gradient, so both can
  // be done here, on the smaller side. In the layout of this layer: a flatten that follows may have renamed the output's.
  if (input_.finished_by_reader)
    finish_gradient(runs_on_, geometry_.to, input_.rectified ? output_.values.data() : nullptr, output_.gradient.data(),
                    input_.gradient_sums);
  runs_on_.for_each(geometry_.to.batch * geometry_.to.blocks(), [&](std::int64_t plane) {
    runs_on_.kernels().pool_backward(geometry_, plane, output_.gradient.data(), winners_.data(),
                                     input_.gradient.data());
  });
}

reorder_operation::reorder_operation(executor& runs_on, const activation& input, const activation& output)
  : runs_on_(runs_on) {
  const auto prepare = [&](const activation_layout& from, float* source, const activation_layout& to, float* target) {
    const auto pass = onednn::make_reorder(runs_on.engine(), from.descriptor(), to.descriptor());
    return runs_on.prepare(
      pass.primitive, pass.scratchpad,
      {{DNNL_ARG_FROM, runs_on.bind(from.descriptor(), source)}, {DNNL_ARG_TO, runs_on.bind(to.descriptor(), target)}});
  };
  values_ = prepare(input.layout, input.values.data(), output.layout, output.values.data());
  if (!input.gradient.empty())
    gradient_ = prepare(output.layout, output.gradient.data(), input.layout, input.gradient.data());
}

void reorder_operation::forward(const forward_arguments&) {
  runs_on_.run(values_);
}

void reorder_operation::backward(const backward_arguments&) {
  runs_on_.run(gradient_);
}

} // namespace paceline::cpu
