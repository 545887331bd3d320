#include "compute/cuda/kernels/pictures.hpp"

#include "compute/cuda/device/launch.hpp"

namespace paceline::cuda {

namespace kernels {

/// One pixel in its three colours.
template <class T>
struct cut_one {
  picture_shape shape;
  const std::uint8_t* pixels;
  const device_cut* cuts;
  T* to;

  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto crop = static_cast<element>(shape.crop);
    const auto column = static_cast<std::int32_t>(i % crop);
    const auto row = static_cast<std::int32_t>(i / crop % crop);
    const auto cut = cuts[i / (crop * crop)];
    const auto y = cut.top + row;
    const auto x = cut.left + (cut.mirrored ? shape.crop - 1 - column : column);
    const bool inside = y >= 0 && y < shape.height && x >= 0 && x < shape.width;
    const auto plane = std::int64_t{shape.height} * shape.width;
    const auto* picture = pixels + std::int64_t{cut.picture} * 3 * plane;
    for (int channel = 0; channel < 3; ++channel) {
      const auto value = inside ? static_cast<float>(picture[channel * plane + y * shape.width + x]) : 0.0f;
      store(to[std::size_t{i} * 3 + channel], value * shape.scale[channel] + shape.black[channel]);
    }
  }
};

} // namespace kernels

void cut_pictures(stream& queue, value_type type, const picture_shape& shape, std::int64_t batch,
                  const std::uint8_t* pixels, const device_cut* cuts, void* to) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    for_each(queue, batch * shape.crop * shape.crop, kernels::cut_one<T>{shape, pixels, cuts, static_cast<T*>(to)});
  });
}

} // namespace paceline::cuda
