#include "cluster/wire/one_line.hpp"

#include <algorithm>
#include <cstddef>

namespace paceline {

namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// Bytes of the character that `text` begins with, after table 3-7 of the Unicode standard (neither overlong forms nor
/// surrogates); 0 where it is none, or a control character. Requires that `text` is not empty.
std::size_t character_bytes(std::string_view text) {
  const auto lead = byte_at(text, 0);
  if (lead < 0x80)
    return lead < 0x20 ? 0 : 1;
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes)
    return 0;
  const auto lowest = lead == 0xE0 ? 0xA0u : lead == 0xF0 ? 0x90u : 0x80u;
  const auto highest = lead == 0xED ? 0x9Fu : lead == 0xF4 ? 0x8Fu : 0xBFu;
  if (byte_at(text, 1) < lowest || byte_at(text, 1) > highest)
    return 0;
  const auto rest = text.substr(2, bytes - 2);
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  return std::all_of(rest.begin(), rest.end(), continues) ? bytes : 0;
}

void append_escape(std::string& text, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '\n':
      text += "\\n";
      break;
    case '\t':
      text += "\\t";
      break;
    case '\r':
      text += "\\r";
      break;
    default: {
      const auto byte = static_cast<unsigned char>(c);
      text += "\\x";
      text += digits[byte >> 4];
      text += digits[byte & 15];
    }
  }
}

} // namespace

bool is_one_line(std::string_view text) {
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    if (bytes == 0)
      return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::string to_one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    if (bytes == 0)
      line += byte_at(text, 0) < 0x20 ? ' ' : '?';
    else
      line += text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return line;
}

std::string escaped(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    const auto first = byte_at(text, 0);
    const bool is_control = bytes == 0 || first == 0x7F || (first == 0xC2 && byte_at(text, 1) < 0xA0);
    const auto taken = std::max<std::size_t>(bytes, 1);
    if (!is_control)
      shown += text.substr(0, taken);
    else
      for (const char c : text.substr(0, taken))
        append_escape(shown, c);
    text.remove_prefix(taken);
  }
  return shown;
}

} // namespace paceline
