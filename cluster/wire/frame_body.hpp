#pragma once

#include "cluster/wire/frame_checksum.hpp"
#include "cluster/wire/snapshot_frame.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace paceline {

// What follows a snapshot frame's header: int8's scales, then the values. Both directions take each block of values through
// conversion, checksum and check while it lies in the fastest cache, so that memory is passed over once.

/// Bytes of a value.
std::size_t value_bytes(frame_type type);

/// Appends the body to `frame` and adds its bytes to `checksum`. Requires: finite values; slices that sum to their number
/// (only int8 looks at them).
void append_body(std::vector<std::byte>& frame, frame_checksum& checksum, frame_type type,
                 std::span<const float> values, std::span<const std::size_t> slices);

/// Appends to `values` what the body says, and adds its bytes to `checksum`. False where a value is not finite; then `values`
/// is of no use, and the checksum complete all the same. Requires: a body as long as type and slices ask for.
bool read_body(std::span<const std::byte> body, frame_checksum& checksum, frame_type type,
               std::span<const std::size_t> slices, std::vector<float>& values);

} // namespace paceline
