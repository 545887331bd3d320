#include "compute/cpu/average_pool_operation.hpp"

#include <algorithm>

namespace paceline::cpu {

average_pool_operation::average_pool_operation(executor& runs_on, const average_pool_layer& what, activation& input,
                                               activation& output)
  : runs_on_(runs_on),
    from_(input.layout),
    to_(output.layout),
    height_(what.kernel == 0 ? from_.shape.height : what.kernel),
    width_(what.kernel == 0 ? from_.shape.width : what.kernel),
    stride_(what.kernel == 0 ? 1 : what.stride),
    input_(input),
    output_(output) {}

template <class Visit>
void average_pool_operation::for_each_place(Visit visit) const {
  for (std::int64_t oy = 0; oy < to_.shape.height; ++oy)
    for (std::int64_t ox = 0; ox < to_.shape.width; ++ox)
      for (std::int64_t y = 0; y < height_; ++y)
        for (std::int64_t x = 0; x < width_; ++x)
          visit((oy * stride_ + y) * from_.shape.width + ox * stride_ + x, oy * to_.shape.width + ox);
}

void average_pool_operation::forward(const forward_arguments&) {
  const auto block = to_.block;
  const auto share = 1.0f / static_cast<float>(height_ * width_);
  runs_on_.for_each(to_.batch * to_.blocks(), [&](std::int64_t plane) {
    const float* from = input_.values.data() + plane * from_.pixels() * block;
    float* to = output_.values.data() + plane * to_.pixels() * block;
    std::fill_n(to, to_.pixels() * block, 0.0f);
    for_each_place([&](std::int64_t input, std::int64_t output) {
      for (std::int64_t lane = 0; lane < block; ++lane)
        to[output * block + lane] += from[input * block + lane];
    });
    for (std::int64_t i = 0; i < to_.pixels() * block; ++i)
      to[i] *= share;
  });
}

void average_pool_operation::backward(const backward_arguments&) {
  const auto block = to_.block;
  const auto share = 1.0f / static_cast<float>(height_ * width_);
  runs_on_.for_each(to_.batch * to_.blocks(), [&](std::int64_t plane) {
    float* from = input_.gradient.data() + plane * from_.pixels() * block;
    const float* to = output_.gradient.data() + plane * to_.pixels() * block;
    std::fill_n(from, from_.pixels() * block, 0.0f);
    for_each_place([&](std::int64_t input, std::int64_t output) {
      for (std::int64_t lane = 0; lane < block; ++lane)
        from[input * block + lane] += share * to[output * block + lane];
    });
  });
}

} // namespace paceline::cpu
