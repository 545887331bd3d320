// Fields of a record that was read back: what is missing or of another type is no reason to stop.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace paceline {

/// The text under `key`; empty where there is none.
inline std::string text_of(const nlohmann::json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The number under `key`; nothing where there is none, or one below zero.
inline std::optional<std::uint64_t> count_of(const nlohmann::json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_number_unsigned() ? std::optional(found->get<std::uint64_t>())
                                                              : std::nullopt;
}

} // namespace paceline
