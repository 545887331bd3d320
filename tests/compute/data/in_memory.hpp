#pragma once

#include "compute/data/image_set.hpp"

namespace paceline {

/// The pixels of a set whose pictures lie in memory. Requires such a set.
inline const image_set& in_memory(const picture_set_ptr& pictures) {
  return dynamic_cast<const image_set&>(*pictures);
}

} // namespace paceline
