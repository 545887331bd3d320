#pragma once

#include "compute/backend.hpp"

#include <string>
#include <string_view>

namespace paceline {

/// Throws invalid_input where no device has that name or it does not compute in that precision; `bench` is what was asked for.
void require_device(std::string_view bench, const std::string& device, product_precision precision);

} // namespace paceline
