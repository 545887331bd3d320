#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace paceline {

/// What ZeroMQ calls an endpoint, in its parts: "ipc:///run/x/a.control" or "tcp://node-a:7100".
struct endpoint {
  enum class transport { ipc, tcp };
  transport kind = transport::ipc;
  /// ipc: the socket's file.
  std::filesystem::path path;
  /// tcp: a name, an address, or "*" for all interfaces.
  std::string host;
  std::string port;
};

/// Throws invalid_input that says what was found and which forms are allowed.
endpoint parse_endpoint(const std::string& text);

/// Whether nobody outside this machine can reach it: ipc, or tcp on localhost, 127.0.0.0/8 or ::1.
bool is_local(const endpoint& where);

/// Requires keys for an endpoint that others can reach.
/// Throws invalid_input that says how to make them.
void require_local(const std::string& text);

/// What to give ZeroMQ to bind: it binds numeric addresses only, so a host's name is resolved here.
/// Throws invalid_input where the name has no address.
std::string bindable(const std::string& text);

/// Whether the resolver is to be asked for the endpoint's host: not for ipc, "*" and numeric addresses. Throws as parse_endpoint.
bool has_host_name(const std::string& text);

/// Why the resolver gives no address for the endpoint's host, in one line; empty where it does. May take minutes. Requires has_host_name.
std::optional<std::string> why_unresolvable(const std::string& text);

} // namespace paceline
