#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

/// Names one worker of a run: the group it rides in and its place there, both counted from zero.
struct worker_id {
  std::uint32_t group = 0;
  std::uint32_t index = 0;

  friend auto operator<=>(const worker_id&, const worker_id&) = default;
};

/// "1.0" is worker 0 of group 1; used in every file and message for people.
std::string to_string(worker_id id);

/// "1.0" → {1, 0}; empty where `text` is not two numbers that to_string(worker_id) writes.
std::optional<worker_id> worker_id_from_text(std::string_view text);

/// Who is compared when a leader is chosen: the workers of one group, or the best of all groups.
enum class scope : std::uint8_t { group, global };

const char* to_string(scope s);

} // namespace paceline
