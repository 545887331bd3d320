#include "actors/simulated_network.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// A byte takes a nanosecond over the network, a quarter inside a machine.
constexpr link_model slow{.local_latency = 10ns, .local_bandwidth = 4e9, .latency = 100ns, .bandwidth = 1e9};

} // namespace

TEST_CASE("a message inside a machine takes its memory's time, however many there are") {
  const simulated_network network(slow);
  REQUIRE(network.there_inside(400, 1000ns) == 1110ns);
  REQUIRE(network.there_inside(400, 1000ns) == 1110ns);
}

TEST_CASE("messages to other machines pass the sender's card one after the other") {
  simulated_network network(slow);
  REQUIRE(network.first_byte(0, 500, 1000ns) == 1100ns);
  REQUIRE(network.first_byte(0, 500, 1200ns) == 1600ns);
  // Each has a card of its own.
  REQUIRE(network.first_byte(1, 500, 1200ns) == 1300ns);
  // The card is free again.
  REQUIRE(network.first_byte(0, 500, 5000ns) == 5100ns);
}

TEST_CASE("messages to one machine pass its card one after the other, in the order in which they come to it") {
  simulated_network network(slow);
  REQUIRE(network.last_byte(0, 500, 1100ns) == 1600ns);
  REQUIRE(network.last_byte(0, 500, 1100ns) == 2100ns);
  REQUIRE(network.last_byte(1, 500, 1200ns) == 1700ns);
  REQUIRE(network.last_byte(0, 500, 3000ns) == 3500ns);
}
