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

/// Says when messages arrive.
class simulated_network {
 public:
  explicit simulated_network(const link_model& model) : model_(model) {}

  /// Of a message of so many bytes that is sent now. Calls come in rising order of `now`.
  std::chrono::nanoseconds arrival(std::uint32_t from, std::uint32_t to, std::size_t bytes,
                                   std::chrono::nanoseconds now);

 private:
  /// When what passes that card next may begin to, by group.
  using cards = std::map<std::uint32_t, std::chrono::nanoseconds>;

  link_model model_;
  cards sending_;
  cards receiving_;
};

} // namespace paceline
