#pragma once

#include "compute/cuda/device/stream.hpp"
#include "compute/cuda/device/value_type.hpp"

#include <cstdint>

namespace paceline::cuda {

/// Which part of which picture a sample of a batch shows.
struct device_cut {
  std::uint32_t picture = 0;
  std::int32_t top = 0;
  std::int32_t left = 0;
  std::uint32_t mirrored = 0;
};

/// Pictures of one size in three colours, as bytes: count x 3 x height x width.
struct picture_shape {
  std::int32_t height = 0;
  std::int32_t width = 0;
  /// Side of the square that is cut out.
  std::int32_t crop = 0;
  /// value = byte · scale + black; what lies beyond the picture is black.
  float scale[3] = {0, 0, 0};
  float black[3] = {0, 0, 0};
};

/// Cuts, mirrors and normalises a batch, channels last: what image_set does on the host. All pointers are to device memory.
void cut_pictures(stream& queue, value_type type, const picture_shape& shape, std::int64_t batch,
                  const std::uint8_t* pixels, const device_cut* cuts, void* to);

} // namespace paceline::cuda
