#include "compute/cuda/device/convolution.hpp"

#include "compute/cuda/device/emulated/native_stream.hpp"

#include <vector>

namespace paceline::cuda {

struct convolution::native {
  convolution_shape shape;
};

namespace {

/// Calls visit(output, input, weight) for each multiply-add: places in the three tensors.
template <class Visit>
void for_each_product(const convolution_shape& s, Visit visit) {
  for (std::int64_t n = 0; n < s.batch; ++n)
    for (std::int64_t oy = 0; oy < s.output.height; ++oy)
      for (std::int64_t ox = 0; ox < s.output.width; ++ox)
        for (std::int64_t ky = 0; ky < s.kernel; ++ky)
          for (std::int64_t kx = 0; kx < s.kernel; ++kx) {
            const auto iy = oy * s.stride + ky - s.padding;
            const auto ix = ox * s.stride + kx - s.padding;
            if (iy < 0 || iy >= s.input.height || ix < 0 || ix >= s.input.width)
              continue;
            const auto output = ((n * s.output.height + oy) * s.output.width + ox) * s.output.channels;
            const auto input = ((n * s.input.height + iy) * s.input.width + ix) * s.input.channels;
            for (std::int64_t o = 0; o < s.output.channels; ++o) {
              const auto weight = ((o * s.kernel + ky) * s.kernel + kx) * s.input.channels;
              for (std::int64_t i = 0; i < s.input.channels; ++i)
                visit(static_cast<std::size_t>(output + o), static_cast<std::size_t>(input + i),
                      static_cast<std::size_t>(weight + i));
            }
          }
}

template <class T>
void put_all(const std::vector<float>& sums, bool accumulate, T* to) {
  for (std::size_t i = 0; i < sums.size(); ++i)
    store(to[i], accumulate ? to_float(to[i]) + sums[i] : sums[i]);
}

std::size_t values_of(const convolution_shape& s, const feature_shape& sample) {
  return static_cast<std::size_t>(s.batch * sample.size());
}

} // namespace

struct convolution_choices::native {};
convolution_choices::convolution_choices() = default;
convolution_choices::~convolution_choices() = default;

convolution::convolution(stream&, const convolution_shape& shape, const convolution_passes&, convolution_choices&)
  : native_(new native{shape}) {}
convolution::~convolution() = default;
convolution::convolution(convolution&&) noexcept = default;
convolution& convolution::operator=(convolution&&) noexcept = default;

std::size_t convolution::workspace_bytes() const {
  return 0;
}

void convolution::forward(stream& queue, const void* input, const void* weights, void* output, void*) const {
  queue.own().put([=, s = native_->shape] {
    with_type(s.type, [&](auto value) {
      using T = decltype(value);
      const auto* x = static_cast<const T*>(input);
      const auto* w = static_cast<const T*>(weights);
      std::vector<float> sums(values_of(s, s.output));
      for_each_product(s, [&](auto o, auto i, auto k) { sums[o] += to_float(x[i]) * to_float(w[k]); });
      put_all(sums, false, static_cast<T*>(output));
    });
  });
}

void convolution::backward_data(stream& queue, const void* output_gradient, const void* weights, void* input_gradient,
                                bool accumulate, void*) const {
  queue.own().put([=, s = native_->shape] {
    with_type(s.type, [&](auto value) {
      using T = decltype(value);
      const auto* dy = static_cast<const T*>(output_gradient);
      const auto* w = static_cast<const T*>(weights);
      std::vector<float> sums(values_of(s, s.input));
      for_each_product(s, [&](auto o, auto i, auto k) { sums[i] += to_float(dy[o]) * to_float(w[k]); });
      put_all(sums, accumulate, static_cast<T*>(input_gradient));
    });
  });
}

void convolution::backward_weights(stream& queue, const void* input, const void* output_gradient, void* weight_gradient,
                                   void*) const {
  queue.own().put([=, s = native_->shape] {
    with_type(s.type, [&](auto value) {
      using T = decltype(value);
      const auto* x = static_cast<const T*>(input);
      const auto* dy = static_cast<const T*>(output_gradient);
      std::vector<float> sums(static_cast<std::size_t>(s.output.channels * s.kernel * s.kernel * s.input.channels));
      for_each_product(s, [&](auto o, auto i, auto k) { sums[k] += to_float(x[i]) * to_float(dy[o]); });
      put_all(sums, false, static_cast<T*>(weight_gradient));
    });
  });
}

} // namespace paceline::cuda
