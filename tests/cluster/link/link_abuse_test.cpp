// What anybody may send to a node's sockets: nothing of it may end the node, reach its actor or its followers, or keep the
// peers from talking.
#include "cluster/wire/control_codec.hpp"
#include "compute/counter_random.hpp"
#include "tests/actors/parameter_plane_suite.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

#include <zmq.hpp>

#include <sys/time.h>

using namespace paceline;

namespace {

std::string random_bytes(counter_random& random, std::size_t length) {
  std::string bytes(length, '\0');
  for (auto& byte : bytes)
    byte = static_cast<char>(random.below(256));
  return bytes;
}

/// Opens a connection by hand, writes, and closes it. `number` counts them: a source address has ports for so many only.
void write_to(const std::string& endpoint, const std::string& bytes, int number) {
  const auto port = std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
  const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(connection, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(number / 5000));
  ::bind(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const int connected = ::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  [[maybe_unused]] const auto sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ::close(connection);
  if (connected != 0)
    FAIL("connection " << number << " was not taken");
}

/// A stranger's socket that is connected as a node's would be.
zmq::socket_t stranger(zmq::context_t& context, zmq::socket_type type, const std::string& endpoint) {
  zmq::socket_t socket(context, type);
  socket.set(zmq::sockopt::linger, 1000);
  socket.connect(endpoint);
  return socket;
}

struct abused_nodes {
  /// With more patience than usual: under a sanitizer ZeroMQ's thread takes a second for a thousand connections where other tests run
  /// beside it, and whoever is not heard of meanwhile is lost.
  static link_settings patient(link_settings settings) {
    settings.patience = std::chrono::seconds(20);
    return settings;
  }

  actor_system_settings config;
  caf::actor_system system{config};
  node_endpoints at_a = tcp_endpoints("a");
  node_endpoints at_b = tcp_endpoints("b");
  linked_node a{system, patient(settings_for(at_a, {at_b}, 1))};
  linked_node b{system, patient(settings_for(at_b, {at_a}, 2))};

  /// a and b still talk, and have never lost each other.
  void require_unharmed() {
    const auto reports = b.record->reports.size();
    caf::anon_send(a.record->joined[0].proxy, group_report{1, 2, {}});
    REQUIRE(b.record->until([&](const node_record& r) { return r.reports.size() > reports; }));
    const auto slot = b.link->plane()->subscribe(scope::global, 0);
    REQUIRE(comes_true([&] {
      a.link->plane()->publish(global_snapshot(1, ++decision));
      return slot->take() != nullptr;
    }));
    REQUIRE(a.record->losses() == std::vector<std::string>{});
    REQUIRE(b.record->losses() == std::vector<std::string>{});
    REQUIRE(a.record->refusals.empty());
  }

  std::uint64_t decision = 0;
};

/// So many malformed connections to the sockets of a node.
void attack(int connections) {
  abused_nodes nodes;
  REQUIRE(nodes.a.has_joined());
  REQUIRE(nodes.b.has_joined());
  counter_random random(1);
  // The beginning of ZMTP 3.1 with the NULL mechanism, which random bytes alone never hit.
  const std::string greeting = std::string("\xFF\0\0\0\0\0\0\0\1\x7F\3\1NULL", 16) + std::string(48, '\0');
  for (int i = 0; i < connections; ++i) {
    const auto& endpoint = i % 3 == 0 ? nodes.at_a.control : i % 3 == 1 ? nodes.at_a.snapshots : nodes.at_a.transfer;
    const auto noise = random_bytes(random, random.below(300));
    write_to(endpoint, i % 2 == 0 ? noise : greeting.substr(0, random.below(65)) + noise, i);
  }
  REQUIRE(comes_true([&] { return nodes.a.link->counters().refused_connections > 100; }));
  nodes.require_unharmed();
}

} // namespace

TEST_CASE("malformed connections to every socket do a node no harm") {
  attack(1000);
}

// By hand: test_cluster "[malformed]"
TEST_CASE("a hundred thousand malformed connections do a node no harm", "[.][malformed]") {
  attack(100'000);
}

TEST_CASE("random, truncated, oversized and misplaced messages are refused, counted and without effect") {
  abused_nodes nodes;
  REQUIRE(nodes.a.has_joined());
  REQUIRE(nodes.b.has_joined());
  zmq::context_t context;
  counter_random random(2);
  auto control = stranger(context, zmq::socket_type::dealer, nodes.at_a.control);
  auto snapshots = stranger(context, zmq::socket_type::dealer, nodes.at_a.snapshots);
  auto transfer = stranger(context, zmq::socket_type::dealer, nodes.at_a.transfer);
  const auto state = encode(control_message(node_state{.node = "b", .incarnation = 2, .steps = 1'000'000}));
  const auto before = nodes.a.link->counters().refused_messages;
  for (int i = 0; i < 300; ++i) {
    const auto noise = random_bytes(random, random.below(200));
    control.send(zmq::buffer(noise));
    transfer.send(zmq::buffer(noise));
    snapshots.send(zmq::buffer(noise));
    control.send(zmq::buffer(state.data(), random.below(state.size())));
    // Whole, but of nobody who said hello.
    control.send(zmq::buffer(state));
    control.send(zmq::buffer(noise), zmq::send_flags::sndmore);
    control.send(zmq::buffer(noise));
  }
  REQUIRE(comes_true([&] { return nodes.a.link->counters().refused_messages >= before + 1800; }));
  const std::string oversized(200'000, 'x');
  control.send(zmq::buffer(oversized));
  nodes.require_unharmed();
  // A thousand refusals are a few lines.
  REQUIRE(nodes.a.record->until([](const node_record& r) { return r.lines.size() < 20; }));
  for (const auto& known : nodes.a.record->states)
    REQUIRE(known.steps != 1'000'000);
}

TEST_CASE("a node at a peer's address that sends noise for snapshots changes nothing") {
  actor_system_settings config;
  caf::actor_system system(config);
  const auto at_a = tcp_endpoints("a");
  const auto at_b = tcp_endpoints("b");
  // b publishes elsewhere than a expects; there somebody else does.
  auto elsewhere = at_b;
  elsewhere.snapshots = tcp_endpoints("b").snapshots;
  zmq::context_t context;
  zmq::socket_t noisy(context, zmq::socket_type::router);
  noisy.set(zmq::sockopt::linger, 0);
  noisy.bind(at_b.snapshots);
  // Whoever asks gets what is said; nobody's credit is counted.
  std::string subscriber;
  const auto say = [&](const void* data, std::size_t size) {
    for (zmq::message_t route; noisy.recv(route, zmq::recv_flags::dontwait);) {
      subscriber = route.to_string();
      zmq::message_t credit;
      (void)noisy.recv(credit);
    }
    noisy.send(zmq::buffer(subscriber), zmq::send_flags::sndmore);
    noisy.send(zmq::buffer(data, size));
  };
  linked_node a(system, settings_for(at_a, {at_b}, 1));
  linked_node b(system, settings_for(elsewhere, {at_a}, 2));
  REQUIRE(a.has_joined());
  const auto slot = a.link->plane()->subscribe(scope::global, 0);
  counter_random random(3);
  const auto good = encode_snapshot(*global_snapshot(1, 1), frame_type::fp32, std::vector<std::size_t>{2, 3}, {});
  const auto refused = [&] {
    std::uint64_t sum = 0;
    for (const auto each : a.link->counters().refused_snapshots)
      sum += each;
    return sum;
  };
  REQUIRE(comes_true([&] {
    auto bad = good;
    bad[random.below(bad.size())] ^= std::byte{1};
    say(bad.data(), random.below(2) == 0 ? bad.size() : random.below(bad.size()));
    return refused() >= 50;
  }));
  REQUIRE_FALSE(slot->take());
  // One that is too long ends the connection, and the next one is as good as the first.
  const std::string oversized(1'000'000, 'x');
  say(oversized.data(), oversized.size());
  REQUIRE(comes_true([&] {
    say(good.data(), good.size());
    return slot->take() != nullptr;
  }));
  REQUIRE(a.record->lost.empty());
}
