#pragma once

#include <span>

namespace paceline {

/// Whether none of the values is infinite or NaN.
bool all_finite(std::span<const float> values);

} // namespace paceline
