#pragma once

#include <chrono>
#include <string>

namespace paceline {

/// A duration as a clock shows it, cut to whole seconds: "0:07", "12:30", "3:05:00". Negative ones are "0:00".
std::string to_clock_text(std::chrono::nanoseconds duration);

} // namespace paceline
