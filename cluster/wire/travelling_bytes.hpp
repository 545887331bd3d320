#pragma once

#include "cluster/wire/snapshot_frame.hpp"
#include "compute/parameter_layout.hpp"

#include <cstddef>

namespace paceline {

/// Bytes of the parameters as they travel in one snapshot; the header of a few dozen bytes is left out.
std::size_t travelling_bytes(const parameter_layout& parameters, frame_type type);

} // namespace paceline
