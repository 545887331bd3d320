#include "cluster/link/node_link.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

#include <algorithm>
#include <memory>
#include <sstream>

using namespace paceline;
using Catch::Matchers::Contains;

namespace {

/// Two nodes, a and b, that know each other.
struct pair_of_nodes {
  explicit pair_of_nodes(bool over_tcp = false)
    : at_a(over_tcp ? tcp_endpoints("a") : ipc_endpoints("a", folder)),
      at_b(over_tcp ? tcp_endpoints("b") : ipc_endpoints("b", folder)) {}

  link_settings of_a(std::uint64_t incarnation = 1) const { return settings_for(at_a, {at_b}, incarnation); }
  link_settings of_b(std::uint64_t incarnation = 2) const { return settings_for(at_b, {at_a}, incarnation); }

  actor_system_settings config;
  caf::actor_system system{config};
  temporary_folder folder;
  node_endpoints at_a;
  node_endpoints at_b;
};

} // namespace

TEST_CASE("two linked nodes join, talk through their proxies, and part by a farewell that takes the proxy down") {
  for (const bool over_tcp : {false, true}) {
    pair_of_nodes nodes(over_tcp);
    linked_node a(nodes.system, nodes.of_a());
    auto b = std::make_unique<linked_node>(nodes.system, nodes.of_b());
    REQUIRE(a.has_joined());
    REQUIRE(b->has_joined());
    REQUIRE(a.record->joined[0].node == "b");
    REQUIRE(a.record->joined[0].incarnation == 2);

    caf::anon_send(a.record->joined[0].proxy, group_report{3, 640, {}});
    REQUIRE(b->record->until([](const node_record& r) { return r.reports.size() == 1; }));
    REQUIRE(b->record->reports[0].steps == 640);
    b->link->tell_state({.node = "b", .incarnation = 2, .steps = 77});
    REQUIRE(a.record->until([](const node_record& r) { return !r.states.empty() && r.states.back().steps == 77; }));

    b.reset();
    REQUIRE(a.has_lost());
    REQUIRE_THAT(a.record->lost[0].reason, Contains("its run ended"));
    REQUIRE(a.record->until([](const node_record& r) { return r.downs == 1; }));
  }
}

TEST_CASE("a restarted node joins again under its new incarnation, after the old one was lost") {
  pair_of_nodes nodes;
  linked_node a(nodes.system, nodes.of_a());
  auto b = std::make_unique<linked_node>(nodes.system, nodes.of_b(2));
  REQUIRE(a.has_joined());
  b.reset();
  b = std::make_unique<linked_node>(nodes.system, nodes.of_b(3));
  REQUIRE(a.has_joined(2));
  REQUIRE(b->has_joined());
  REQUIRE(a.record->lost.size() == 1);
  REQUIRE(a.record->lost[0].incarnation == 2);
  REQUIRE(a.record->joined[1].incarnation == 3);
}

TEST_CASE("a node waits for peers that are not there yet, and says so") {
  pair_of_nodes nodes;
  const auto less_patient = [](link_settings settings) {
    settings.patience = std::chrono::milliseconds(500);
    return settings;
  };
  linked_node a(nodes.system, less_patient(nodes.of_a()));
  REQUIRE(a.record->until([](const node_record& r) { return r.said("node 'b'"); }));
  linked_node b(nodes.system, less_patient(nodes.of_b()));
  REQUIRE(a.has_joined());
}

TEST_CASE("a peer whose host's name nobody knows is named and tried on, and the others are met meanwhile") {
  pair_of_nodes nodes(true);
  make_key_set(nodes.folder / "keys");
  const auto with_keys = [&](link_settings settings) {
    settings.keys = load_node_keys(nodes.folder / "keys");
    settings.patience = std::chrono::milliseconds(500);
    return settings;
  };
  auto of_a = with_keys(nodes.of_a());
  of_a.peers.push_back(
    {"far", "tcp://no-such-host.invalid:7100", "tcp://no-such-host.invalid:7101", "tcp://no-such-host.invalid:7102"});
  linked_node a(nodes.system, of_a);
  linked_node b(nodes.system, with_keys(nodes.of_b()));
  REQUIRE(a.has_joined());
  REQUIRE(a.record->joined[0].node == "b");
  const auto names_it = [](const std::string& line) {
    return line.find("node 'far' (tcp://no-such-host.invalid:7100)") != std::string::npos
           && line.find("trying on") != std::string::npos;
  };
  REQUIRE(a.record->until([&](const node_record& r) { return std::any_of(r.lines.begin(), r.lines.end(), names_it); }));
  REQUIRE(a.record->until([&](const node_record& r) {
    return r.said("node 'a' cannot connect to node 'far': the host 'no-such-host.invalid' ");
  }));
}

TEST_CASE("a node of another cluster file or model is refused and told what differs") {
  pair_of_nodes nodes;
  linked_node a(nodes.system, nodes.of_a());
  auto other_file = nodes.of_b();
  other_file.config = R"({"seed":2})";
  {
    linked_node b(nodes.system, other_file);
    REQUIRE(b.record->until([](const node_record& r) { return !r.refusals.empty(); }));
    REQUIRE_THAT(b.record->refusals[0], Contains("their cluster files differ, first at seed"));
  }
  auto other_model = nodes.of_b();
  other_model.fingerprint = 8;
  linked_node b(nodes.system, other_model);
  REQUIRE(b.record->until([](const node_record& r) { return !r.refusals.empty(); }));
  REQUIRE_THAT(b.record->refusals[0], Contains("fingerprints"));
  REQUIRE(a.record->joined.empty());
  REQUIRE(a.record->refusals.empty());
  REQUIRE(a.link->counters().refused_messages > 0);
}

TEST_CASE("of two live nodes of one name the later one gives up, and the earlier one rides on") {
  pair_of_nodes nodes;
  auto patient = [](link_settings settings) {
    settings.patience = std::chrono::milliseconds(500);
    return settings;
  };
  linked_node a(nodes.system, patient(nodes.of_a()));
  linked_node b(nodes.system, patient(nodes.of_b()));
  REQUIRE(a.has_joined());
  temporary_folder elsewhere;
  linked_node impostor(nodes.system, patient(settings_for(ipc_endpoints("b", elsewhere), {nodes.at_a}, 9)));
  REQUIRE(impostor.record->until([](const node_record& r) { return !r.refusals.empty(); }));
  REQUIRE_THAT(impostor.record->refusals[0], Contains("node 'b' is already taking part"));
  for (const auto& event : a.record->joined)
    REQUIRE(event.incarnation == 2);
}

TEST_CASE("an address that is in use is refused with what to do, and what a killed node left is taken over") {
  pair_of_nodes ipc;
  write_contents(ipc.folder / "a.control", "left behind");
  write_contents(ipc.folder / "a.control.lock", "");
  {
    linked_node a(ipc.system, ipc.of_a());
    REQUIRE_THROWS_WITH(linked_node(ipc.system, ipc.of_a()), Contains("a.control' is in use by a running process"));
  }
  REQUIRE(entries_in(ipc.folder.path()) == 0);

  pair_of_nodes tcp(true);
  linked_node a(tcp.system, tcp.of_a());
  REQUIRE_THROWS_WITH(linked_node(tcp.system, tcp.of_a()), Contains(tcp.at_a.control) && Contains("in use"));
}

TEST_CASE("without keys a node binds and trusts nothing that others can reach") {
  pair_of_nodes nodes;
  auto open = nodes.of_a();
  open.own.control = "tcp://0.0.0.0:7100";
  REQUIRE_THROWS_WITH(linked_node(nodes.system, open), Contains("paceline keys"));
  auto far = nodes.of_a();
  far.peers[0].snapshots = "tcp://10.0.0.1:7100";
  REQUIRE_THROWS_WITH(linked_node(nodes.system, far), Contains("10.0.0.1") && Contains("paceline keys"));
}

TEST_CASE("a cluster file that is too long to be shown to the others is refused at the start") {
  pair_of_nodes nodes;
  auto wordy = nodes.of_a();
  wordy.config = std::string(100'000, 'x');
  REQUIRE_THROWS_WITH(linked_node(nodes.system, wordy), Contains("100000 bytes") && Contains("99000"));
}
