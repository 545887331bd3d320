#include "compute/reference/layers.hpp"

#include "compute/dropout_mask.hpp"

#include <algorithm>

namespace paceline::reference {

namespace {

std::size_t at(std::int64_t index) {
  return static_cast<std::size_t>(index);
}

/// Calls visit(output, input, window) for each place (y, x) of a window in each of `channels` pictures that are `from` and
/// become `to` in height and width: index of the output value, of the input value, and of the place in the window.
/// Places in the padding are left out.
template <class Visit>
void for_each_tap(feature_shape from, feature_shape to, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                  Visit visit) {
  for (std::int64_t ky = 0; ky < kernel; ++ky)
    for (std::int64_t kx = 0; kx < kernel; ++kx)
      for (std::int64_t oy = 0; oy < to.height; ++oy) {
        const auto iy = oy * stride + ky - padding;
        if (iy < 0 || iy >= from.height)
          continue;
        for (std::int64_t ox = 0; ox < to.width; ++ox) {
          const auto ix = ox * stride + kx - padding;
          if (ix >= 0 && ix < from.width)
            visit(at(oy * to.width + ox), at(iy * from.width + ix), at(ky * kernel + kx));
        }
      }
}

/// Calls visit(output, input, weight) for each multiply-add of a convolution over the whole batch.
template <class Visit>
void for_each_product(const layer_pass& pass, const convolution_layer& l, Visit visit) {
  const auto from = pass.what->input;
  const auto to = pass.what->output;
  const auto from_plane = at(from.height * from.width);
  const auto to_plane = at(to.height * to.width);
  const auto window = at(l.kernel * l.kernel);
  for (std::int64_t n = 0; n < pass.batch; ++n)
    for (std::int64_t oc = 0; oc < to.channels; ++oc)
      for (std::int64_t ic = 0; ic < from.channels; ++ic)
        for_each_tap(
          from, to, l.kernel, l.stride, l.padding, [&](std::size_t output, std::size_t input, std::size_t place) {
            visit(at(n * to.channels + oc) * to_plane + output, at(n * from.channels + ic) * from_plane + input,
                  at(oc * from.channels + ic) * window + place);
          });
}

/// The same for a linear layer.
template <class Visit>
void for_each_product(const layer_pass& pass, const linear_layer& l, Visit visit) {
  const auto inputs = pass.what->input.channels;
  for (std::int64_t n = 0; n < pass.batch; ++n)
    for (std::int64_t o = 0; o < l.features; ++o)
      for (std::int64_t i = 0; i < inputs; ++i)
        visit(at(n * l.features + o), at(n * inputs + i), at(o * inputs + i));
}

/// For each output value of a max-pool the index of the input value that it is: the first highest in reading order.
std::vector<std::size_t> winners(const layer_pass& pass, const max_pool_layer& l) {
  const auto from = pass.what->input;
  const auto to = pass.what->output;
  const auto from_plane = at(from.height * from.width);
  const auto to_plane = at(to.height * to.width);
  const auto planes = at(pass.batch * from.channels);
  constexpr auto none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> result(planes * to_plane, none);
  for (std::size_t plane = 0; plane < planes; ++plane)
    for_each_tap(from, to, l.kernel, l.stride, 0, [&](std::size_t output, std::size_t input, std::size_t) {
      auto& best = result[plane * to_plane + output];
      const auto candidate = plane * from_plane + input;
      if (best == none || pass.input[candidate] > pass.input[best])
        best = candidate;
    });
  return result;
}

/// What dropout multiplies a value by.
double dropout_factor(const layer_pass& pass, const dropout_layer& l, std::size_t element) {
  if (!pass.training)
    return 1;
  const dropout_mask mask(pass.dropout_seed, pass.index, l.probability);
  return mask.keeps(element) ? 1 / (1 - l.probability) : 0;
}

struct forward_pass {
  const layer_pass& pass;
  std::span<double> output;

  template <class Layer> // convolution or linear
  void operator()(const Layer& l) const {
    const auto plane = at(pass.what->output.height * pass.what->output.width);
    for (std::size_t o = 0; o < output.size(); ++o)
      output[o] = pass.bias[o / plane % pass.bias.size()];
    for_each_product(pass, l,
                     [&](std::size_t o, std::size_t i, std::size_t w) { output[o] += pass.weight[w] * pass.input[i]; });
  }

  void operator()(const relu_layer&) const {
    for (std::size_t i = 0; i < output.size(); ++i)
      output[i] = std::max(pass.input[i], 0.0);
  }

  void operator()(const max_pool_layer& l) const {
    const auto from = winners(pass, l);
    for (std::size_t o = 0; o < output.size(); ++o)
      output[o] = pass.input[from[o]];
  }

  void operator()(const dropout_layer& l) const {
    for (std::size_t i = 0; i < output.size(); ++i)
      output[i] = pass.input[i] * dropout_factor(pass, l, i);
  }

  void operator()(const flatten_layer&) const { std::copy(pass.input.begin(), pass.input.end(), output.begin()); }
};

struct backward_pass {
  const layer_pass& pass;
  std::span<const double> output_gradient;
  const layer_gradients& gradients;

  template <class Layer> // convolution or linear
  void operator()(const Layer& l) const {
    std::fill(gradients.input.begin(), gradients.input.end(), 0.0);
    std::fill(gradients.weight.begin(), gradients.weight.end(), 0.0);
    std::fill(gradients.bias.begin(), gradients.bias.end(), 0.0);
    const auto plane = at(pass.what->output.height * pass.what->output.width);
    for (std::size_t o = 0; o < output_gradient.size(); ++o)
      gradients.bias[o / plane % gradients.bias.size()] += output_gradient[o];
    for_each_product(pass, l, [&](std::size_t o, std::size_t i, std::size_t w) {
      gradients.input[i] += pass.weight[w] * output_gradient[o];
      gradients.weight[w] += output_gradient[o] * pass.input[i];
    });
  }

  void operator()(const relu_layer&) const {
    for (std::size_t i = 0; i < output_gradient.size(); ++i)
      gradients.input[i] = pass.input[i] > 0 ? output_gradient[i] : 0;
  }

  void operator()(const max_pool_layer& l) const {
    std::fill(gradients.input.begin(), gradients.input.end(), 0.0);
    const auto from = winners(pass, l);
    for (std::size_t o = 0; o < output_gradient.size(); ++o)
      gradients.input[from[o]] += output_gradient[o];
  }

  void operator()(const dropout_layer& l) const {
    for (std::size_t i = 0; i < output_gradient.size(); ++i)
      gradients.input[i] = output_gradient[i] * dropout_factor(pass, l, i);
  }

  void operator()(const flatten_layer&) const {
    std::copy(output_gradient.begin(), output_gradient.end(), gradients.input.begin());
  }
};

} // namespace

void forward(const layer_pass& pass, std::span<double> output) {
  std::visit(forward_pass{pass, output}, pass.what->kind);
}

void backward(const layer_pass& pass, std::span<const double> output_gradient, const layer_gradients& gradients) {
  std::visit(backward_pass{pass, output_gradient, gradients}, pass.what->kind);
}

} // namespace paceline::reference
