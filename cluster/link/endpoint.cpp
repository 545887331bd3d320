#include "cluster/link/endpoint.hpp"

#include "compute/errors.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <memory>
#include <string_view>

namespace paceline {

namespace {

constexpr std::string_view ipc_scheme = "ipc://";
constexpr std::string_view tcp_scheme = "tcp://";

[[noreturn]] void refuse(const std::string& text, std::string_view what) {
  throw invalid_input(fmt::format("endpoint '{}': {}; allowed are ipc://PATH and tcp://HOST:PORT", text, what));
}

bool is_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= 65535;
}

/// Without the brackets of an IPv6 address.
std::string bare(const std::string& host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' ? host.substr(1, host.size() - 2) : host;
}

bool is_numeric(const std::string& host) {
  in6_addr six{};
  in_addr four{};
  return ::inet_pton(AF_INET, host.c_str(), &four) == 1 || ::inet_pton(AF_INET6, host.c_str(), &six) == 1;
}

using address_list = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// Asks for addresses of that family. `error` is what getaddrinfo returned.
address_list addresses_of(const std::string& host, int family, int& error) {
  addrinfo wanted{};
  wanted.ai_family = family;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  return {error == 0 ? found : nullptr, ::freeaddrinfo};
}

bool is_name(const endpoint& where) {
  return where.kind == endpoint::transport::tcp && where.host != "*" && !is_numeric(where.host);
}

} // namespace

endpoint parse_endpoint(const std::string& text) {
  const std::string_view view = text;
  if (view.substr(0, ipc_scheme.size()) == ipc_scheme) {
    const auto path = text.substr(ipc_scheme.size());
    if (path.empty() || path.front() != '/')
      refuse(text, "its path does not begin with '/'");
    constexpr auto longest = sizeof(sockaddr_un::sun_path) - 1;
    if (path.size() > longest)
      refuse(text, fmt::format("its path has {} bytes, the system allows {}", path.size(), longest));
    return {.kind = endpoint::transport::ipc, .path = path};
  }
  if (view.substr(0, tcp_scheme.size()) != tcp_scheme)
    refuse(text, "it names no known transport");
  const auto colon = text.rfind(':');
  const auto host = text.substr(tcp_scheme.size(), colon < tcp_scheme.size() ? 0 : colon - tcp_scheme.size());
  if (host.empty())
    refuse(text, "it has no host");
  const auto port = text.substr(colon + 1);
  if (!is_port(port))
    refuse(text, fmt::format("'{}' is no port from 1 to 65535", port));
  return {.kind = endpoint::transport::tcp, .host = bare(host), .port = port};
}

bool is_local(const endpoint& where) {
  if (where.kind == endpoint::transport::ipc || where.host == "localhost")
    return true;
  in6_addr six{};
  if (::inet_pton(AF_INET6, where.host.c_str(), &six) == 1)
    return IN6_IS_ADDR_LOOPBACK(&six);
  in_addr four{};
  return ::inet_pton(AF_INET, where.host.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24) == 127;
}

void require_local(const std::string& text) {
  if (!is_local(parse_endpoint(text)))
    throw invalid_input(fmt::format(
      "endpoint '{}' can be reached from other machines, and the cluster file names no keys: without keys only ipc and "
      "loopback addresses are allowed. Make keys with 'paceline keys DIR' and set security.keys to DIR",
      text));
}

std::string bindable(const std::string& text) {
  const auto where = parse_endpoint(text);
  if (!is_name(where))
    return text;
  int error = 0;
  const auto found = addresses_of(where.host, AF_INET, error);
  if (!found)
    throw invalid_input(
      fmt::format("endpoint '{}': the host '{}' has no address: {}", text, where.host, ::gai_strerror(error)));
  char address[INET_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr, address, sizeof(address));
  return fmt::format("tcp://{}:{}", address, where.port);
}

bool has_host_name(const std::string& text) {
  return is_name(parse_endpoint(text));
}

std::optional<std::string> why_unresolvable(const std::string& text) {
  const auto where = parse_endpoint(text);
  int error = 0;
  if (addresses_of(where.host, AF_UNSPEC, error))
    return std::nullopt;
  const bool is_unknown = error == EAI_NONAME || error == EAI_NODATA;
  return fmt::format("the host '{}' {}: {}", where.host, is_unknown ? "has no address" : "cannot be looked up",
                     ::gai_strerror(error));
}

} // namespace paceline
