#include "cluster/link/endpoint.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("an endpoint is taken apart, or refused with what was found and what is allowed") {
  REQUIRE(parse_endpoint("ipc:///run/a.control").path == "/run/a.control");
  const auto tcp = parse_endpoint("tcp://node-a:7100");
  REQUIRE(tcp.host == "node-a");
  REQUIRE(tcp.port == "7100");
  REQUIRE(parse_endpoint("tcp://[::1]:7100").host == "::1");
  for (const std::string wrong : {"", "udp://a:1", "ipc://", "ipc://a", "tcp://", "tcp://a", "tcp://:1",
                                  "tcp://a:", "tcp://a:0", "tcp://a:65536", "tcp://a:x", "tcp://a:1x"})
    REQUIRE_THROWS_WITH(parse_endpoint(wrong),
                        Catch::Matchers::Contains("'" + wrong + "'") && Catch::Matchers::Contains("tcp://HOST:PORT"));
  REQUIRE_THROWS_WITH(parse_endpoint("ipc:///" + std::string(107, 'x')),
                      Catch::Matchers::Contains("108 bytes, the system allows 107"));
}

TEST_CASE("only ipc and loopback are out of reach of others") {
  for (const auto* local :
       {"ipc:///run/a", "tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://localhost:1", "tcp://[::1]:1"})
    REQUIRE_NOTHROW(require_local(local));
  for (const auto* open : {"tcp://*:1", "tcp://0.0.0.0:1", "tcp://10.0.0.1:1", "tcp://[::]:1", "tcp://node-a:1",
                           "tcp://127.0.0.1.example.org:1"})
    REQUIRE_THROWS_WITH(require_local(open), Catch::Matchers::Contains("paceline keys"));
}

TEST_CASE("a host's name is bound by its address, and one without any is named") {
  REQUIRE(bindable("tcp://*:7100") == "tcp://*:7100");
  REQUIRE(bindable("tcp://127.0.0.1:7100") == "tcp://127.0.0.1:7100");
  REQUIRE(bindable("tcp://localhost:7100") == "tcp://127.0.0.1:7100");
  REQUIRE_THROWS_WITH(bindable("tcp://no-such-host.invalid:7100"), Catch::Matchers::Contains("no-such-host.invalid"));
}

TEST_CASE("the resolver is asked for names alone, and what it does not know is said") {
  for (const auto* text : {"ipc:///run/x/a.control", "tcp://*:7100", "tcp://10.0.0.1:7100", "tcp://[::1]:7100"})
    REQUIRE_FALSE(has_host_name(text));
  REQUIRE(has_host_name("tcp://localhost:7100"));
  REQUIRE_FALSE(why_unresolvable("tcp://localhost:7100"));
  REQUIRE_THAT(why_unresolvable("tcp://no-such-host.invalid:7100").value(),
               Catch::Matchers::StartsWith("the host 'no-such-host.invalid' "));
}
