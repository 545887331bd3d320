#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paceline {

/// A port of loopback that was free a moment ago.
std::uint16_t free_loopback_port();

/// The first of so many ports, one after the other, that were free a moment ago.
std::uint16_t free_loopback_ports(int count);

/// Two ends of one plain TCP connection on loopback, for comparison with what is built on such.
class loopback_connection {
 public:
  /// Throws std::system_error where the system refuses one.
  loopback_connection();
  ~loopback_connection();

  loopback_connection(const loopback_connection&) = delete;
  loopback_connection& operator=(const loopback_connection&) = delete;

  /// Writes all of it at one end and reads it at the other, at the same time; returns when it has arrived.
  void copy(std::span<const std::byte> from, std::span<std::byte> to);

 private:
  int sender_ = -1;
  int receiver_ = -1;
};

} // namespace paceline
