#include "actors/simulated_network.hpp"

#include <algorithm>

namespace paceline {
namespace {

std::chrono::nanoseconds time_of_bytes(std::size_t bytes, double bandwidth) {
  return std::chrono::round<std::chrono::nanoseconds>(
    std::chrono::duration<double>(static_cast<double>(bytes) / bandwidth));
}

} // namespace

std::chrono::nanoseconds simulated_network::there_inside(std::size_t bytes, std::chrono::nanoseconds now) const {
  return now + model_.local_latency + time_of_bytes(bytes, model_.local_bandwidth);
}

std::chrono::nanoseconds simulated_network::first_byte(std::uint32_t from, std::size_t bytes,
                                                       std::chrono::nanoseconds now) {
  auto& taken = sending_[from];
  const auto begins = std::max(taken, now);
  taken = begins + time_of_bytes(bytes, model_.bandwidth);
  return begins + model_.latency;
}

std::chrono::nanoseconds simulated_network::last_byte(std::uint32_t to, std::size_t bytes,
                                                      std::chrono::nanoseconds now) {
  auto& taken = receiving_[to];
  taken = std::max(taken, now) + time_of_bytes(bytes, model_.bandwidth);
  return taken;
}

} // namespace paceline
