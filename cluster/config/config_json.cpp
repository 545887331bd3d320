#include "cluster/config/config_json.hpp"
#include "cluster/files/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace paceline {

namespace {

constexpr std::size_t longest_shown = 60;

std::string one_line(const config_json& value) {
  return json_text(value);
}

} // namespace

std::string shown(const config_json& value) {
  if (value.is_object() && !value.empty())
    return "an object";
  return shortened(one_line(value), longest_shown);
}

std::string shown_key(const std::string& key) {
  const auto is_plain = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$'
           || c == '-';
  };
  if (!key.empty() && std::all_of(key.begin(), key.end(), is_plain))
    return shortened(key, longest_shown);
  return shortened(one_line(key), longest_shown);
}

std::string path_below(const std::string& path, const std::string& key) {
  return path.empty() ? shown_key(key) : path + "." + shown_key(key);
}

std::string path_below(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

std::string shortened(std::string text, std::size_t length) {
  if (text.size() <= length)
    return text;
  auto end = length - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end) + "...";
}

} // namespace paceline
