#pragma once

#include "cluster/config/value_kinds.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace paceline {

/// Letters, digits, dots, - and _, not beginning with - (which ssh would take for an option).
bool is_host_name(std::string_view text);

/// What a node is called: it becomes the name of folders and sockets.
struct node_name {
  /// Keeps the paths of its sockets within what the system allows.
  static constexpr std::size_t longest = 32;

  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const;
};

/// "local", or what ssh knows a host by.
struct host_name {
  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const { return "\"local\", or the name or IPv4 address of a host"; }
};

/// A user of another host; may be empty.
struct user_name {
  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const { return "a user's name of letters, digits, dots, - and _"; }
};

/// "tcp://host:7100", with two more ports behind it; may be empty.
struct tcp_address_text {
  /// A node listens on the address's port and on the next two.
  static constexpr std::uint16_t ports = 3;

  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const;
};

/// Environment variables by name.
struct variables {
  std::optional<std::map<std::string, std::string>> read(const config_json& found) const;
  config_json write(const std::map<std::string, std::string>& values) const;
  std::string allowed(const config_json&) const;
};

namespace node_keys {

/// One element of `nodes`: Node is run_config::node_section, const or not.
template <class Archive, class Node>
void describe(Archive& file, Node& node) {
  file.required("name", node.name, node_name{});
  file.value("host", node.host, host_name{});
  file.value("user", node.user, user_name{});
  file.value("port", node.port, integer<std::uint16_t>{});
  file.value("address", node.address, tcp_address_text{});
  file.value("groups", node.groups, integer<std::uint32_t>{1, 65535});
  file.value("device", node.device, optional_of{device_name{}});
  file.value("path", node.path, file_path{});
  file.value("folder", node.folder, file_path{});
  file.value("environment", node.environment, variables{});
}

} // namespace node_keys

} // namespace paceline
