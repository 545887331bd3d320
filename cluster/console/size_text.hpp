#pragma once

#include <string>

namespace paceline {

/// "1.3 MiB", and below a tenth of that "96.0 KiB".
std::string size_text(double bytes);

} // namespace paceline
