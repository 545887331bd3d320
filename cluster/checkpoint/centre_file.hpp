#pragma once

#include "actors/centre_rule.hpp"
#include "cluster/checkpoint/safetensors.hpp"
#include "compute/parameter_layout.hpp"

#include <filesystem>

namespace paceline {

/// Writes what a strategy's centre remembers: its parameters, its outer momentum under "momentum/NAME", each worker's anchor under
/// "anchor-WORKER/NAME". Requires a centre that has begun. Throws io_failure.
void write_centre(const std::filesystem::path& path, const centre_state& centre, const parameter_layout& layout,
                  tensor_metadata metadata);

/// Reads it back to the bit. Throws io_failure, or invalid_input where the file is damaged or of another model.
centre_state read_centre(const std::filesystem::path& path, const parameter_layout& layout);

} // namespace paceline
