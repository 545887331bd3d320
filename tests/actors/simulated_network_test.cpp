#include "actors/simulated_network.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// A byte takes a nanosecond over the network, a quarter inside a machine.
constexpr link_model slow{.local_latency = 10ns, .local_bandwidth = 4e9, .latency = 100ns, .bandwidth = 1e9};

} // namespace

TEST_CASE("a message inside a machine takes its memory's time, however many there are") {
  simulated_network network(slow);
  REQUIRE(network.arrival(2, 2, 400, 1000ns) == 1110ns);
  REQUIRE(network.arrival(2, 2, 400, 1000ns) == 1110ns);
}

TEST_CASE("messages between machines take latency and length, and pass the sender's card one after the other") {
  simulated_network network(slow);
  REQUIRE(network.arrival(0, 1, 500, 1000ns) == 1600ns);
  REQUIRE(network.arrival(0, 2, 500, 1000ns) == 2100ns);
  // The card is free again.
  REQUIRE(network.arrival(0, 3, 500, 5000ns) == 5600ns);
}

TEST_CASE("messages to one machine pass its card one after the other") {
  simulated_network network(slow);
  REQUIRE(network.arrival(1, 0, 500, 1000ns) == 1600ns);
  REQUIRE(network.arrival(2, 0, 500, 1000ns) == 2100ns);
  REQUIRE(network.arrival(3, 0, 500, 1000ns) == 2600ns);
}
