#include "actors/simulated_network.hpp"

#include <algorithm>

namespace paceline {
namespace {

std::chrono::nanoseconds time_of_bytes(std::size_t bytes, double bandwidth) {
  return std::chrono::round<std::chrono::nanoseconds>(
    std::chrono::duration<double>(static_cast<double>(bytes) / bandwidth));
}

} // namespace

std::chrono::nanoseconds simulated_network::arrival(std::uint32_t from, std::uint32_t to, std::size_t bytes,
                                                    std::chrono::nanoseconds now) {
  if (from == to)
    return now + model_.local_latency + time_of_bytes(bytes, model_.local_bandwidth);
  const auto length = time_of_bytes(bytes, model_.bandwidth);
  auto& sending = sending_[from];
  sending = std::max(sending, now) + length;
  // What comes in while the card is free is there when its last byte is.
  auto& receiving = receiving_[to];
  receiving = std::max(receiving + length, sending + model_.latency);
  return receiving;
}

} // namespace paceline
