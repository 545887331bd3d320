#include "compute/cpu/activation_layout.hpp"

#include <cassert>

namespace paceline::cpu {

dnnl::memory::desc activation_layout::descriptor() const {
  using tag = dnnl::memory::format_tag;
  const auto format = block == 1                ? tag::nchw
                      : block == shape.channels ? tag::nhwc
                      : block == 8              ? tag::nChw8c
                                                : tag::nChw16c;
  assert(format != tag::nChw16c || block == 16);
  return {{batch, shape.channels, shape.height, shape.width}, dnnl::memory::data_type::f32, format};
}

std::optional<activation_layout> find_layout(const dnnl::memory::desc& descriptor, std::int64_t batch,
                                             feature_shape shape) {
  for (const auto block : {std::int64_t{1}, std::int64_t{16}, std::int64_t{8}, shape.channels}) {
    const activation_layout layout{batch, shape, block};
    if (layout.descriptor() == descriptor)
      return layout;
  }
  return std::nullopt;
}

} // namespace paceline::cpu
