#include "messages/ids.hpp"

#include <charconv>
#include <system_error>

namespace paceline {

std::string to_string(worker_id id) {
  return std::to_string(id.group) + "." + std::to_string(id.index);
}

std::optional<worker_id> worker_id_from_text(std::string_view text) {
  worker_id id;
  const auto* end = text.data() + text.size();
  const auto group = std::from_chars(text.data(), end, id.group);
  if (group.ec != std::errc{} || group.ptr == end || *group.ptr != '.')
    return std::nullopt;
  std::from_chars(group.ptr + 1, end, id.index);
  // Written back it must be the same text: no leading zeros, nothing behind.
  return to_string(id) == text ? std::optional(id) : std::nullopt;
}

const char* to_string(scope s) {
  return s == scope::group ? "group" : "global";
}

} // namespace paceline
