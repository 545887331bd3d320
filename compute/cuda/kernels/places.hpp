#pragma once

#include "compute/cuda/device/launch.hpp"
#include "compute/model.hpp"

namespace paceline::cuda::kernels {

/// A feature_shape in numbers that a GPU divides fast, see element.
struct extent {
  explicit extent(const feature_shape& shape)
    : channels(static_cast<std::int32_t>(shape.channels)),
      height(static_cast<std::int32_t>(shape.height)),
      width(static_cast<std::int32_t>(shape.width)) {}

  std::int32_t channels;
  std::int32_t height;
  std::int32_t width;
};

/// Where a value of an activation stands, channels last.
struct spot {
  element sample;
  std::int32_t y;
  std::int32_t x;
  std::int32_t channel;
};

PACELINE_ON_DEVICE inline spot spot_of(const extent& shape, element i) {
  const auto pixel = i / static_cast<element>(shape.channels);
  const auto row = pixel / static_cast<element>(shape.width);
  return {row / static_cast<element>(shape.height), static_cast<std::int32_t>(row % static_cast<element>(shape.height)),
          static_cast<std::int32_t>(pixel % static_cast<element>(shape.width)),
          static_cast<std::int32_t>(i % static_cast<element>(shape.channels))};
}

PACELINE_ON_DEVICE inline element place_of(const extent& shape, element sample, std::int32_t y, std::int32_t x,
                                           std::int32_t channel) {
  const auto row = sample * static_cast<element>(shape.height) + static_cast<element>(y);
  const auto pixel = row * static_cast<element>(shape.width) + static_cast<element>(x);
  return pixel * static_cast<element>(shape.channels) + static_cast<element>(channel);
}

} // namespace paceline::cuda::kernels
