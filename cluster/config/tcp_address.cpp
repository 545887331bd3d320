#include "cluster/config/tcp_address.hpp"

#include "cluster/config/node_keys.hpp"

#include <fmt/format.h>

#include <charconv>

#include <arpa/inet.h>

namespace paceline {

namespace {

constexpr std::string_view scheme = "tcp://";

bool is_ipv4(const std::string& host) {
  in_addr ignored{};
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

} // namespace

std::optional<tcp_address> parse_tcp_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (!text.starts_with(scheme) || colon < scheme.size())
    return std::nullopt;
  tcp_address address;
  const auto* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc{} || parsed != end || address.port == 0)
    return std::nullopt;
  address.host = text.substr(scheme.size(), colon - scheme.size());
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
    return is_ipv6(address.host) ? std::optional(address) : std::nullopt;
  }
  return is_host_name(address.host) ? std::optional(address) : std::nullopt;
}

std::string to_string(const tcp_address& address) {
  const bool bracketed = address.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(bracketed ? "{}[{}]:{}" : "{}{}:{}"), scheme, address.host, address.port);
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_ipv4(std::string(host)));
}

bool is_numeric(const std::string& host) {
  return is_ipv4(host) || is_ipv6(host);
}

} // namespace paceline
