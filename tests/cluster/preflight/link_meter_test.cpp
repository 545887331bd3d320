#include "cluster/preflight/link_meter.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

#include <future>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::size_t parameters = 5;
constexpr std::size_t bytes = parameters * sizeof(float);

link_settings settings_of(const node_endpoints& own, const std::vector<node_endpoints>& peers,
                          std::uint64_t incarnation, std::chrono::milliseconds patience = std::chrono::seconds(1)) {
  auto settings = settings_for(own, peers, incarnation);
  settings.patience = patience;
  return settings;
}

/// The meters' own thread; ends with the measuring.
std::future<std::vector<link_finding>> measured(caf::actor_system& system, link_settings settings) {
  return std::async(std::launch::async, [&system, settings = std::move(settings)] {
    link_meter meter(system, settings, parameters, bytes);
    return meter.measure(1);
  });
}

} // namespace

TEST_CASE("nodes that measure find round trips and bandwidth of every link, in turn") {
  temporary_folder folder;
  actor_system_settings config;
  caf::actor_system system(config);
  const auto a = ipc_endpoints("a", folder);
  const auto b = ipc_endpoints("b", folder);
  const auto c = ipc_endpoints("c", folder);
  std::vector<std::future<std::vector<link_finding>>> nodes;
  // Time enough for a machine that does much else.
  const std::chrono::seconds patience(10);
  nodes.push_back(measured(system, settings_of(a, {b, c}, 1, patience)));
  nodes.push_back(measured(system, settings_of(b, {a, c}, 2, patience)));
  nodes.push_back(measured(system, settings_of(c, {a, b}, 3, patience)));
  for (auto& node : nodes) {
    const auto links = node.get();
    REQUIRE(links.size() == 2);
    for (const auto& link : links) {
      CHECK(link.problem == "");
      CHECK(link.round_trip_seconds > 0);
      CHECK(link.round_trip_p99_seconds >= link.round_trip_seconds);
      CHECK(link.bytes_per_second > 0);
    }
  }
}

TEST_CASE("a node that is not there is named after twice the patience, and the others are measured") {
  temporary_folder folder;
  actor_system_settings config;
  caf::actor_system system(config);
  const auto a = ipc_endpoints("a", folder);
  const auto b = ipc_endpoints("b", folder);
  const auto c = ipc_endpoints("c", folder);
  auto at_a = measured(system, settings_of(a, {b, c}, 1));
  auto at_c = measured(system, settings_of(c, {a, b}, 3));
  const auto links = at_a.get();
  REQUIRE_THAT(links[0].problem, ContainsSubstring("not reached within 2 s"));
  REQUIRE(links[0].bytes_per_second == 0);
  REQUIRE(links[1].problem == "");
  REQUIRE(links[1].bytes_per_second > 0);
  REQUIRE(at_c.get()[0].problem == "");
}

TEST_CASE("a node that the others refuse measures nothing and says why") {
  temporary_folder folder;
  actor_system_settings config;
  caf::actor_system system(config);
  const auto a = ipc_endpoints("a", folder);
  const auto b = ipc_endpoints("b", folder);
  linked_node trains(system, settings_of(a, {b}, 1));
  auto other = settings_of(b, {a}, 2);
  other.config = R"({"preflight":true,"seed":1})";
  REQUIRE_THROWS_WITH(measured(system, other).get(), ContainsSubstring("preflight"));
}
