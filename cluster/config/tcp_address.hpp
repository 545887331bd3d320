#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

/// A host and a port, as "tcp://10.0.0.1:7100", "tcp://trainer-2:7100" or "tcp://[::1]:7100" says them.
struct tcp_address {
  /// Without brackets.
  std::string host;
  std::uint16_t port = 0;
};

/// Empty where the text is anything else, or its port is 0.
std::optional<tcp_address> parse_tcp_address(std::string_view text);

/// parse_tcp_address reads it back.
std::string to_string(const tcp_address& address);

/// Whether only processes of the same machine can reach that host: 127.0.0.0/8, ::1 and localhost.
bool is_loopback(std::string_view host);

/// Whether the host is an IPv4 or IPv6 address and not a name.
bool is_numeric(const std::string& host);

} // namespace paceline
