#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

namespace paceline {

/// What lies between the workers of a simulated cluster. A group stands for a machine: messages inside it pass its memory, those between two
/// groups the network card of each, one after the other.
struct link_model {
  std::chrono::nanoseconds local_latency = std::chrono::microseconds(5);
  /// Bytes a second.
  double local_bandwidth = 12e9;
  std::chrono::nanoseconds latency = std::chrono::microseconds(50);
  double bandwidth = 1.25e9;
};

/// Says when messages arrive. A card passes one message after the other, in the order in which they come to it; one that goes to another
/// machine passes two, the second one from its first byte on. Calls come in rising order of `now`.
class simulated_network {
 public:
  explicit simulated_network(const link_model& model) : model_(model) {}

  /// When a message that is sent now to the same machine is there.
  std::chrono::nanoseconds there_inside(std::size_t bytes, std::chrono::nanoseconds now) const;

  /// When the first byte of a message that is sent now is at another machine's card.
  std::chrono::nanoseconds first_byte(std::uint32_t from, std::size_t bytes, std::chrono::nanoseconds now);

  /// When a message is there whose first byte is at that machine's card now.
  std::chrono::nanoseconds last_byte(std::uint32_t to, std::size_t bytes, std::chrono::nanoseconds now);

 private:
  /// Until when each is taken, by group.
  using cards = std::map<std::uint32_t, std::chrono::nanoseconds>;

  link_model model_;
  cards sending_;
  cards receiving_;
};

} // namespace paceline
