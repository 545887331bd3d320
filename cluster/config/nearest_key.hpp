#pragma once

#include <span>
#include <string>
#include <string_view>

namespace paceline {

/// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known key most like `typed`, or an empty text where none is near: at most a third of the longer
/// one's letters may differ (one in a short word). Of equally near ones the first.
std::string nearest_key(std::string_view typed, std::span<const std::string> known);

} // namespace paceline
