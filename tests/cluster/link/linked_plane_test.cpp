#include "cluster/link/linked_plane.hpp"

#include "cluster/link/frame_credit.hpp"
#include "cluster/link/shared_message.hpp"
#include "cluster/wire/snapshot_frame.hpp"
#include "tests/actors/parameter_plane_suite.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

#include <zmq_addon.hpp>

using namespace paceline;

namespace {

#ifdef __SANITIZE_THREAD__
// Each value that ZeroMQ's threads hand over is a report of its own there, though a suppressed one.
constexpr std::size_t large = 3'000;
constexpr std::size_t several_chunks = 20'000;
#else
constexpr std::size_t large = 300'000;
constexpr std::size_t several_chunks = 2'500'000;
#endif

/// Two nodes that have joined; snapshots go from a to b.
struct linked_pair {
  explicit linked_pair(bool over_tcp = false, std::vector<std::size_t> slices = {2, 3})
    : at_a(over_tcp ? tcp_endpoints("a") : ipc_endpoints("a", folder)),
      at_b(over_tcp ? tcp_endpoints("b") : ipc_endpoints("b", folder)),
      slices_(std::move(slices)),
      a(system, settings(at_a, at_b, 1)),
      b(system, settings(at_b, at_a, 2)) {
    REQUIRE(a.has_joined());
    REQUIRE(b.has_joined());
    // What was published before b's first credit is not sent to it, but the newest may be fetched meanwhile.
    std::uint64_t decision = 0;
    REQUIRE(comes_true([&] {
      a.link->plane()->publish(global_snapshot(0, ++decision, parameters()));
      for (int looks = 0; looks < 100; ++looks) {
        const auto newest = b.link->plane()->newest(scope::global, 0);
        if (newest && newest->decision == decision)
          return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      return false;
    }));
  }

  link_settings settings(const node_endpoints& own, const node_endpoints& peer, std::uint64_t incarnation) const {
    auto result = settings_for(own, {peer}, incarnation);
    result.slices = slices_;
    return result;
  }

  std::size_t parameters() const {
    std::size_t sum = 0;
    for (const auto each : slices_)
      sum += each;
    return sum;
  }

  plane_under_test plane() const {
    return {a.link->plane(), b.link->plane(), [count = parameters()](std::uint64_t term, std::uint64_t decision) {
              return global_snapshot(term, decision, count);
            }};
  }

  actor_system_settings config;
  caf::actor_system system{config};
  temporary_folder folder;
  node_endpoints at_a;
  node_endpoints at_b;
  std::vector<std::size_t> slices_;
  linked_node a;
  linked_node b;
};

} // namespace

TEST_CASE("two linked nodes pass the suite of parameter planes over ipc and tcp, small and large") {
  for (const bool over_tcp : {false, true}) {
    for (const std::size_t parameters : {std::size_t{3}, large}) {
      const linked_pair nodes(over_tcp, {2, parameters});
      check_that_followers_get_what_leaders_publish(nodes.plane());
      check_that_followers_take_rising_decisions_and_the_last(nodes.plane());
      check_that_an_older_term_is_never_taken(nodes.plane());
      check_that_memory_is_bounded(nodes.plane());
    }
  }
}

TEST_CASE("snapshots of a group stay in their node") {
  const linked_pair nodes;
  const auto here = nodes.a.link->plane()->subscribe(scope::group, 0);
  const auto there = nodes.b.link->plane()->subscribe(scope::group, 0);
  auto of_group = *global_snapshot(1, 1);
  of_group.scope = scope::group;
  nodes.a.link->plane()->publish(std::make_shared<const leader_snapshot>(of_group));
  REQUIRE(here->take());
  const auto global = nodes.b.link->plane()->subscribe(scope::global, 0);
  nodes.a.link->plane()->publish(global_snapshot(1, 2));
  REQUIRE(await(*global));
  REQUIRE_FALSE(there->take());
}

TEST_CASE("a late joiner gets the newest global snapshot at once, though nobody publishes, however old it is") {
  actor_system_settings config;
  caf::actor_system system(config);
  temporary_folder folder;
  const auto at_a = ipc_endpoints("a", folder);
  const auto at_b = ipc_endpoints("b", folder);
  const auto with_slices = [](link_settings settings) {
    settings.slices = {several_chunks};
    settings.max_snapshot_age = std::chrono::nanoseconds(1);
    return settings;
  };
  linked_node a(system, with_slices(settings_for(at_a, {at_b}, 1)));
  const auto sent = global_snapshot(3, 8, several_chunks);
  a.link->plane()->publish(sent);
  linked_node b(system, with_slices(settings_for(at_b, {at_a}, 2)));
  const auto slot = b.link->plane()->subscribe(scope::global, 0);
  const auto taken = await(*slot);
  REQUIRE(taken);
  REQUIRE(taken->parameters == sent->parameters);
  REQUIRE(taken->decision == 8);
}

TEST_CASE("a late joiner whose fetch fails asks again") {
  actor_system_settings config;
  caf::actor_system system(config);
  temporary_folder folder;
  const auto at_a = ipc_endpoints("a", folder);
  const auto at_b = ipc_endpoints("b", folder);
  // Where b would answer there is somebody who sends noise.
  auto elsewhere = at_b;
  elsewhere.transfer = ipc_endpoints("elsewhere", folder).transfer;
  zmq::context_t context;
  zmq::socket_t noisy(context, zmq::socket_type::router);
  noisy.set(zmq::sockopt::linger, 0);
  noisy.bind(at_b.transfer);
  linked_node a(system, settings_for(at_a, {at_b}, 1));
  linked_node b(system, settings_for(elsewhere, {at_a}, 2));
  int asked = 0;
  REQUIRE(comes_true([&] {
    std::vector<zmq::message_t> parts;
    if (!zmq::recv_multipart(noisy, std::back_inserter(parts), zmq::recv_flags::dontwait))
      return false;
    ++asked;
    noisy.send(parts.front(), zmq::send_flags::sndmore);
    noisy.send(zmq::buffer(std::string("noise")), zmq::send_flags::dontwait);
    return asked == 2;
  }));
  REQUIRE(a.record->until([](const node_record& r) { return r.said("could not be fetched from node 'b'"); }));
  REQUIRE(a.record->lost.empty());
}

TEST_CASE("a subscriber whose connection broke goes on with its count over the next one, and fetches what it missed") {
  actor_system_settings config;
  caf::actor_system system(config);
  temporary_folder folder;
  const auto at_a = ipc_endpoints("a", folder);
  const auto at_b = ipc_endpoints("b", folder);
  // Where b would publish somebody else does, who breaks connections.
  auto elsewhere = at_b;
  elsewhere.snapshots = ipc_endpoints("elsewhere", folder).snapshots;
  zmq::context_t context;
  const auto publisher = [&] {
    zmq::socket_t made(context, zmq::socket_type::router);
    made.set(zmq::sockopt::linger, 0);
    made.bind(at_b.snapshots);
    return made;
  };
  // Waits for a credit of that count; its route.
  const auto route_of = [](zmq::socket_t& from, std::uint64_t received) {
    std::string route;
    REQUIRE(comes_true([&] {
      std::vector<zmq::message_t> parts;
      if (!zmq::recv_multipart(from, std::back_inserter(parts), zmq::recv_flags::dontwait))
        return false;
      route = parts.front().to_string();
      return decode_credit(bytes_of(parts.back())) == frame_credit{received};
    }));
    return route;
  };
  const auto send = [](zmq::socket_t& over, const std::string& route, std::uint64_t decision) {
    const auto frame =
      encode_snapshot(*global_snapshot(1, decision), frame_type::fp32, std::vector<std::size_t>{2, 3}, {});
    over.send(zmq::buffer(route), zmq::send_flags::sndmore);
    over.send(zmq::buffer(frame));
  };
  auto before = publisher();
  linked_node a(system, settings_for(at_a, {at_b}, 1));
  linked_node b(system, settings_for(elsewhere, {at_a}, 2));
  const auto newest_is = [&](std::uint64_t decision) {
    return comes_true([&] {
      const auto newest = a.link->plane()->newest(scope::global, 0);
      return newest && newest->decision == decision;
    });
  };
  send(before, route_of(before, 0), 1);
  REQUIRE(newest_is(1));
  route_of(before, 1);
  b.link->plane()->publish(global_snapshot(1, 2));
  before.close();
  auto after = publisher();
  const auto route = route_of(after, 1);
  REQUIRE(newest_is(2));
  send(after, route, 3);
  REQUIRE(newest_is(3));
  route_of(after, 2);
}

TEST_CASE("the plane of a link that has ended goes on inside its process") {
  linked_pair nodes;
  const auto plane = nodes.a.link->plane();
  nodes.a.link.reset();
  const auto slot = plane->subscribe(scope::global, 0);
  plane->publish(global_snapshot(5, 1));
  REQUIRE(slot->take());
}
