#include "compute/cpu/onednn.hpp"

#include "compute/errors.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::onednn {

namespace {

using desc = dnnl::memory::desc;
using dims = dnnl::memory::dims;
using tag = dnnl::memory::format_tag;

constexpr auto f32 = dnnl::memory::data_type::f32;

dnnl::primitive_attr attributes(bool rectify = false) {
  dnnl::primitive_attr result;
  result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (rectify) {
    dnnl::post_ops then;
#if DNNL_VERSION_MAJOR >= 3
    then.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
#else
    then.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
#endif
    result.set_post_ops(then);
  }
  return result;
}

/// oneDNN 2.x first makes an operation descriptor from the arguments; in 3.x they go to the primitive descriptor itself.
template <class Primitive, class... Arguments>
auto describe_forward(const dnnl::engine& engine, const dnnl::primitive_attr& how, const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(engine, arguments..., how);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), how, engine);
#endif
}

template <class Primitive, class Hint, class... Arguments>
auto describe_backward(const dnnl::engine& engine, const Hint& hint, const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(engine, arguments..., hint, attributes());
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attributes(), engine, hint);
#endif
}

/// Thrown where one choice of layouts does not work out, and caught where there is another one.
struct unsuitable {
  std::string why;
};

template <class Description>
const Description& require_fast(const Description& description) {
  const std::string_view implementation = description.impl_info_str();
  if (implementation.find("ref") != std::string_view::npos)
    throw unsuitable{"oneDNN has only its reference code, " + std::string(implementation)};
  return description;
}

cpu::activation_layout require_layout(const desc& found, std::int64_t batch, feature_shape shape) {
  const auto layout = cpu::find_layout(found, batch, shape);
  if (!layout)
    throw unsuitable{"oneDNN wants a layout that is not known here"};
  return *layout;
}

/// Also where nothing but the forward pass is wanted: for tests alone oneDNN would choose another layout, which other passes could not share.
constexpr auto forward_kind = dnnl::prop_kind::forward_training;

/// `activations`: the layout of both sides, or `any` for oneDNN's choice.
weighted_primitives make_convolution(const dnnl::engine& engine, const layer& l, const convolution_layer& c,
                                     const weighted_options& options, tag activations) {
  using namespace dnnl;
  const auto algorithm = options.algorithm == cpu::convolution_algorithm::winograd ? algorithm::convolution_winograd
                                                                                   : algorithm::convolution_direct;
  const bool rounds = options.algorithm == cpu::convolution_algorithm::direct_bf16;
  const auto operands = rounds ? memory::data_type::bf16 : f32;
  const auto n = options.batch;
  const dims strides{c.stride, c.stride};
  const dims padding{c.padding, c.padding};
  const dims inputs{n, l.input.channels, l.input.height, l.input.width};
  const dims outputs{n, l.output.channels, l.output.height, l.output.width};
  const dims filters{c.channels, l.input.channels, c.kernel, c.kernel};

  weighted_primitives result;
  result.canonical_weights = {filters, f32, tag::oihw};
  // oneDNN takes an empty one for none.
  result.bias = c.bias ? desc({c.channels}, f32, tag::x) : desc();

  const auto forward = require_fast(describe_forward<convolution_forward>(
    engine, attributes(options.rectify), forward_kind, algorithm, desc(inputs, operands, activations),
    desc(filters, operands, tag::any), result.bias, desc(outputs, f32, activations), strides, padding, padding));
  result.input_operand = forward.src_desc();
  result.input_descriptor = rounds ? desc(inputs, f32, activations) : result.input_operand;
  result.output_descriptor = forward.dst_desc();
  result.gradient_operand = rounds ? desc(outputs, operands, activations) : result.output_descriptor;
  result.input = require_layout(result.input_descriptor, n, l.input);
  result.output = require_layout(result.output_descriptor, n, l.output);
  if (options.passes.forward)
    result.forward = {convolution_forward(forward), forward.weights_desc(), forward.scratchpad_desc()};
  if (options.passes.backward_weights) {
    const auto by_weights = require_fast(describe_backward<convolution_backward_weights>(
      engine, forward, algorithm, result.input_operand, desc(filters, f32, tag::any), result.gradient_operand, strides,
      padding, padding));
    result.backward_weights = {convolution_backward_weights(by_weights), by_weights.diff_weights_desc(),
                               by_weights.scratchpad_desc()};
  }
  if (options.passes.backward_data) {
    const auto by_data = require_fast(describe_backward<convolution_backward_data>(
      engine, forward, algorithm, result.input_descriptor, desc(filters, operands, tag::any), result.gradient_operand,
      strides, padding, padding));
    result.backward_data = {convolution_backward_data(by_data), by_data.weights_desc(), by_data.scratchpad_desc()};
  }
  return result;
}

/// In the order in which they are tried.
std::vector<tag> layouts_for(cpu::convolution_algorithm algorithm) {
  // The layout of oneDNN's choice for bf16 alone would be another one than that of the layers around, which are fp32.
  if (algorithm == cpu::convolution_algorithm::direct_bf16)
    return {tag::nChw16c};
  // In a layout of oneDNN's choice, else in that of its more general convolutions.
  return {tag::any, tag::nchw};
}

weighted_primitives make_linear(const dnnl::engine& engine, const layer& l, const weighted_options& options) {
  using namespace dnnl;
  const auto n = options.batch;
  const auto from = l.input.channels;
  const auto to = l.output.channels;
  const desc input({n, from}, f32, tag::nc), output({n, to}, f32, tag::nc), weights({to, from}, f32, tag::any);

  weighted_primitives result;
  result.input = {n, l.input, 1};
  result.output = {n, l.output, 1};
  result.input_descriptor = result.input_operand = input;
  result.output_descriptor = result.gradient_operand = output;
  result.canonical_weights = {{to, from}, f32, tag::oi};
  result.bias = {{to}, f32, tag::x};

  const auto forward = require_fast(describe_forward<inner_product_forward>(
    engine, attributes(options.rectify), forward_kind, input, weights, result.bias, output));
  if (options.passes.forward)
    result.forward = {inner_product_forward(forward), forward.weights_desc(), forward.scratchpad_desc()};
  if (options.passes.backward_weights) {
    const auto by_weights =
      require_fast(describe_backward<inner_product_backward_weights>(engine, forward, input, weights, output));
    result.backward_weights = {inner_product_backward_weights(by_weights), by_weights.diff_weights_desc(),
                               by_weights.scratchpad_desc()};
  }
  if (options.passes.backward_data) {
    const auto by_data =
      require_fast(describe_backward<inner_product_backward_data>(engine, forward, input, weights, output));
    result.backward_data = {inner_product_backward_data(by_data), by_data.weights_desc(), by_data.scratchpad_desc()};
  }
  return result;
}

} // namespace

weighted_primitives make_weighted_primitives(const dnnl::engine& engine, const layer& l,
                                             const weighted_options& options) {
  std::string why;
  const auto attempt = [&](const auto& make) -> std::optional<weighted_primitives> {
    try {
      return make();
    } catch (const unsuitable& e) {
      why = e.why;
    } catch (const dnnl::error& e) {
      why = std::string("oneDNN says: ") + e.what();
    }
    return std::nullopt;
  };
  if (const auto* convolution = std::get_if<convolution_layer>(&l.kind)) {
    for (const auto activations : layouts_for(options.algorithm))
      if (auto made = attempt([&] { return make_convolution(engine, l, *convolution, options, activations); }))
        return *made;
  } else if (auto made = attempt([&] { return make_linear(engine, l, options); })) {
    return *made;
  }
  throw invalid_input("layer " + l.name + ": cannot be computed on this processor, " + why);
}

bool has_bf16_instructions() {
  const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

reorder_pass make_reorder(const dnnl::engine& engine, const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  const dnnl::reorder::primitive_desc description(engine, from, engine, to, attributes());
  return {dnnl::reorder(description), description.scratchpad_desc()};
}

} // namespace paceline::onednn
