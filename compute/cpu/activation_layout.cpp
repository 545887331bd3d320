#include "compute/cpu/activation_layout.hpp"

#include <cassert>

namespace paceline::cpu {

namespace {

using tag = dnnl::memory::format_tag;

dnnl::memory::desc describe(const activation_layout& layout, tag format) {
  const auto& shape = layout.shape;
  return {{layout.batch, shape.channels, shape.height, shape.width}, dnnl::memory::data_type::f32, format};
}

tag blocked_format(std::int64_t block) {
  assert(block == 8 || block == 16);
  return block == 8 ? tag::nChw8c : tag::nChw16c;
}

} // namespace

dnnl::memory::desc activation_layout::descriptor() const {
  if (block == 1)
    return describe(*this, tag::nchw);
  return describe(*this, block == shape.channels ? tag::nhwc : blocked_format(block));
}

std::optional<activation_layout> find_layout(const dnnl::memory::desc& descriptor, std::int64_t batch,
                                             feature_shape shape) {
  for (const auto block : {std::int64_t{1}, std::int64_t{16}, std::int64_t{8}, shape.channels}) {
    const activation_layout layout{batch, shape, block};
    // One block of all channels is nhwc by another name, which oneDNN's descriptors do not know.
    const bool in_blocks = block == 8 || block == 16;
    if (layout.descriptor() == descriptor || (in_blocks && describe(layout, blocked_format(block)) == descriptor))
      return layout;
  }
  return std::nullopt;
}

} // namespace paceline::cpu
