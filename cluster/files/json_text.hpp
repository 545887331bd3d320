#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace paceline {

/// JSON as text; an indent of -1 makes one line of it. What is no UTF-8, as names of files need not be, is replaced and not refused: a report
/// must not be lost over a name in it.
template <class Json>
std::string json_text(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

} // namespace paceline
