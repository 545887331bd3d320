#include "compute/reference/layers.hpp"

#include "compute/dropout_mask.hpp"

#include <algorithm>
#include <cmath>

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
    for_each_tap(from, to, l.kernel, l.stride, l.padding, [&](std::size_t output, std::size_t input, std::size_t) {
      auto& best = result[plane * to_plane + output];
      const auto candidate = plane * from_plane + input;
      if (best == none || pass.input[candidate] > pass.input[best])
        best = candidate;
    });
  return result;
}

/// Calls visit(output, input, share) for each input value that is part of an average pool's output value.
template <class Visit>
void for_each_share(const layer_pass& pass, const average_pool_layer& l, Visit visit) {
  const auto from = pass.what->input;
  const auto to = pass.what->output;
  const auto from_plane = at(from.height * from.width);
  const auto to_plane = at(to.height * to.width);
  for (std::size_t plane = 0; plane < at(pass.batch * from.channels); ++plane) {
    if (l.kernel == 0) {
      for (std::size_t i = 0; i < from_plane; ++i)
        visit(plane, plane * from_plane + i, 1 / static_cast<double>(from_plane));
    } else {
      for_each_tap(from, to, l.kernel, l.stride, 0, [&](std::size_t output, std::size_t input, std::size_t) {
        visit(plane * to_plane + output, plane * from_plane + input, 1 / static_cast<double>(l.kernel * l.kernel));
      });
    }
  }
}

/// Calls visit(output, input) for each value that a shortcut lets through.
template <class Visit>
void for_each_passed(const layer_pass& pass, const shortcut_layer& l, Visit visit) {
  const auto from = pass.what->input;
  const auto to = pass.what->output;
  const auto before = (to.channels - from.channels) / 2;
  for (std::int64_t n = 0; n < pass.batch; ++n)
    for (std::int64_t c = 0; c < from.channels; ++c)
      for (std::int64_t y = 0; y < to.height; ++y)
        for (std::int64_t x = 0; x < to.width; ++x)
          visit(at(((n * to.channels + before + c) * to.height + y) * to.width + x),
                at(((n * from.channels + c) * from.height + y * l.stride) * from.width + x * l.stride));
}

/// Calls visit(channel, value) for each value of an activation of the input's shape.
template <class Visit>
void for_each_of_channel(const layer_pass& pass, Visit visit) {
  const auto shape = pass.what->input;
  const auto plane = at(shape.height * shape.width);
  for (std::size_t i = 0; i < at(pass.batch * shape.size()); ++i)
    visit(i / plane % at(shape.channels), i);
}

/// Mean and biased variance of each channel.
struct moments {
  std::vector<double> mean;
  std::vector<double> variance;
};

double values_a_channel(const layer_pass& pass) {
  return static_cast<double>(pass.batch * pass.what->input.height * pass.what->input.width);
}

moments moments_of(const layer_pass& pass) {
  const auto channels = at(pass.what->input.channels);
  const auto count = values_a_channel(pass);
  moments found{std::vector<double>(channels), std::vector<double>(channels)};
  for_each_of_channel(pass, [&](std::size_t c, std::size_t i) { found.mean[c] += pass.input[i] / count; });
  for_each_of_channel(pass, [&](std::size_t c, std::size_t i) {
    const auto away = pass.input[i] - found.mean[c];
    found.variance[c] += away * away / count;
  });
  return found;
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
      output[o] = pass.bias.empty() ? 0.0 : pass.bias[o / plane % pass.bias.size()];
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

  void operator()(const average_pool_layer& l) const {
    std::fill(output.begin(), output.end(), 0.0);
    for_each_share(pass, l, [&](std::size_t o, std::size_t i, double share) { output[o] += share * pass.input[i]; });
  }

  void operator()(const batch_norm_layer& l) const {
    const auto by = pass.training ? moments_of(pass)
                                  : moments{{pass.running_mean.begin(), pass.running_mean.end()},
                                            {pass.running_var.begin(), pass.running_var.end()}};
    for_each_of_channel(pass, [&](std::size_t c, std::size_t i) {
      output[i] = pass.weight[c] * (pass.input[i] - by.mean[c]) / std::sqrt(by.variance[c] + l.epsilon) + pass.bias[c];
    });
  }

  void operator()(const add_layer&) const {
    for (std::size_t i = 0; i < output.size(); ++i)
      output[i] = pass.input[i] + pass.other[i];
  }

  void operator()(const shortcut_layer& l) const {
    std::fill(output.begin(), output.end(), 0.0);
    for_each_passed(pass, l, [&](std::size_t o, std::size_t i) { output[o] = pass.input[i]; });
  }
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
      if (!gradients.bias.empty())
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

  void operator()(const average_pool_layer& l) const {
    std::fill(gradients.input.begin(), gradients.input.end(), 0.0);
    for_each_share(
      pass, l, [&](std::size_t o, std::size_t i, double share) { gradients.input[i] += share * output_gradient[o]; });
  }

  /// With n values a channel, x̂ = (x − mean) / s and s = √(variance + epsilon):
  ///   d weight = Σ dy x̂,  d bias = Σ dy,  dx = weight / s (dy − d bias / n − x̂ d weight / n)
  void operator()(const batch_norm_layer& l) const {
    const auto batch = moments_of(pass);
    const auto count = values_a_channel(pass);
    const auto normalised = [&](std::size_t c, std::size_t i) {
      return (pass.input[i] - batch.mean[c]) / std::sqrt(batch.variance[c] + l.epsilon);
    };
    std::fill(gradients.weight.begin(), gradients.weight.end(), 0.0);
    std::fill(gradients.bias.begin(), gradients.bias.end(), 0.0);
    for_each_of_channel(pass, [&](std::size_t c, std::size_t i) {
      gradients.weight[c] += output_gradient[i] * normalised(c, i);
      gradients.bias[c] += output_gradient[i];
    });
    for_each_of_channel(pass, [&](std::size_t c, std::size_t i) {
      gradients.input[i] =
        pass.weight[c] / std::sqrt(batch.variance[c] + l.epsilon)
        * (output_gradient[i] - gradients.bias[c] / count - normalised(c, i) * gradients.weight[c] / count);
    });
    const auto unbiased = count > 1 ? count / (count - 1) : 1;
    for (std::size_t c = 0; c < batch.mean.size(); ++c) {
      gradients.running_mean[c] = (1 - l.momentum) * pass.running_mean[c] + l.momentum * batch.mean[c];
      gradients.running_var[c] = (1 - l.momentum) * pass.running_var[c] + l.momentum * unbiased * batch.variance[c];
    }
  }

  void operator()(const add_layer&) const {
    std::copy(output_gradient.begin(), output_gradient.end(), gradients.input.begin());
  }

  void operator()(const shortcut_layer& l) const {
    std::fill(gradients.input.begin(), gradients.input.end(), 0.0);
    for_each_passed(pass, l, [&](std::size_t o, std::size_t i) { gradients.input[i] = output_gradient[o]; });
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
