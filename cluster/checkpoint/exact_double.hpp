#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace paceline {

/// A double as text that gives back the same bits, also where JSON has no number for it: "0x1.8p+1", "-0x0p+0",
/// "inf", "nan:7ff8000000000000".
std::string to_exact_text(double value);

/// Empty where `text` is not what to_exact_text writes.
std::optional<double> from_exact_text(std::string_view text);

} // namespace paceline
