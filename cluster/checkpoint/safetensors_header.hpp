#pragma once

#include "cluster/checkpoint/safetensors.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// The format's own bound in bytes.
inline constexpr std::size_t longest_safetensors_header = 100'000'000;

/// The JSON header, padded with spaces so that the data behind it is aligned to eight bytes. Offsets of `tensors`
/// count from the start of the data.
std::string format_safetensors_header(std::span<const tensor_entry> tensors, const tensor_metadata& metadata);

/// Reads and checks a header; `data_bytes` is what the file holds behind it. Offsets count from the start of the
/// data; tensors are ordered by them.
/// Throws invalid_input with the bare reason: not JSON, a name twice, an unknown type, a shape that is not the size
/// of its bytes, holes, overlaps, too little or too much data.
void parse_safetensors_header(std::string_view header, std::size_t data_bytes, std::vector<tensor_entry>& tensors,
                              tensor_metadata& metadata);

} // namespace paceline
