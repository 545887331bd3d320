#include "cluster/config/node_keys.hpp"

#include "cluster/config/tcp_address.hpp"

#include <algorithm>

namespace paceline {

namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter_or_digit(c) || also.find(c) != std::string_view::npos; });
}

bool is_variable_name(std::string_view text) {
  return !text.empty() && consists_of(text, "_") && !(text.front() >= '0' && text.front() <= '9');
}

} // namespace

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '-' && consists_of(text, ".-_");
}

std::optional<std::string> node_name::read(const config_json& found) const {
  if (!found.is_string())
    return std::nullopt;
  const auto& name = found.get_ref<const std::string&>();
  const bool fits = !name.empty() && name.size() <= longest && name.front() != '-' && consists_of(name, "-_");
  return fits ? std::optional(name) : std::nullopt;
}

std::string node_name::allowed(const config_json&) const {
  return "a name of at most " + std::to_string(longest) + " letters, digits, - and _, not beginning with -";
}

std::optional<std::string> host_name::read(const config_json& found) const {
  if (!found.is_string() || !is_host_name(found.get_ref<const std::string&>()))
    return std::nullopt;
  return found.get<std::string>();
}

std::optional<std::string> user_name::read(const config_json& found) const {
  return found == "" ? std::optional<std::string>("") : host_name{}.read(found);
}

std::optional<std::string> tcp_address_text::read(const config_json& found) const {
  if (!found.is_string())
    return std::nullopt;
  const auto& text = found.get_ref<const std::string&>();
  const auto address = parse_tcp_address(text);
  const bool has_ports = address && address->port <= 65535 - (ports - 1);
  return text.empty() || has_ports ? std::optional(text) : std::nullopt;
}

std::string tcp_address_text::allowed(const config_json&) const {
  return "tcp://HOST:PORT, such as \"tcp://10.0.0.1:7100\", with a port from 1 to 65533 (the next two are used as "
         "well)";
}

std::optional<std::map<std::string, std::string>> variables::read(const config_json& found) const {
  if (!found.is_object())
    return std::nullopt;
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : found.items()) {
    if (!is_variable_name(name) || !value.is_string()
        || value.get_ref<const std::string&>().find('\0') != std::string::npos)
      return std::nullopt;
    values[name] = value.get<std::string>();
  }
  return values;
}

config_json variables::write(const std::map<std::string, std::string>& values) const {
  auto object = config_json::object();
  for (const auto& [name, value] : values)
    object[name] = value;
  return object;
}

std::string variables::allowed(const config_json&) const {
  return "an object of texts, such as {\"OMP_NUM_THREADS\": \"1\"}";
}

} // namespace paceline
