// What workers of one node and the centre of another say to each other, over real links.
#include "cluster/link/exchange_frame.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

#include <zmq.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <set>

using namespace paceline;

namespace {

using floats = std::numeric_limits<float>;

shared_vector vector_of(std::vector<float> values) {
  return std::make_shared<const std::vector<float>>(std::move(values));
}

/// Two nodes, a and b, of a strategy with a centre.
struct exchanging_nodes {
  explicit exchanging_nodes(std::vector<std::size_t> slices = {2, 3}, bool over_tcp = false)
    : at_a(over_tcp ? tcp_endpoints("a") : ipc_endpoints("a", folder)),
      at_b(over_tcp ? tcp_endpoints("b") : ipc_endpoints("b", folder)) {
    of_a = settings_for(at_a, {at_b}, 1);
    of_b = settings_for(at_b, {at_a}, 2);
    for (auto* each : {&of_a, &of_b}) {
      each->exchanges = true;
      each->slices = slices;
    }
  }

  void start() {
    a = std::make_unique<linked_node>(system, of_a);
    b = std::make_unique<linked_node>(system, of_b);
    REQUIRE(a->has_joined());
    REQUIRE(b->has_joined());
  }

  /// From the actors of b to the node's actor at a, and the other way round.
  template <class Message>
  void to_a(Message message) {
    caf::anon_send(b->record->joined.back().proxy, std::move(message));
  }
  template <class Message>
  void to_b(Message message) {
    caf::anon_send(a->record->joined.back().proxy, std::move(message));
  }

  contribution next_contribution() {
    REQUIRE(a->record->until([&](const node_record& r) { return r.contributions.size() > contributions; }));
    return a->record->contributions[contributions++];
  }
  centre_answer next_answer() {
    REQUIRE(b->record->until([&](const node_record& r) { return r.answers.size() > answers; }));
    return b->record->answers[answers++];
  }

  std::size_t contributions = 0;
  std::size_t answers = 0;
  actor_system_settings config;
  caf::actor_system system{config};
  temporary_folder folder;
  node_endpoints at_a;
  node_endpoints at_b;
  link_settings of_a;
  link_settings of_b;
  std::unique_ptr<linked_node> a;
  std::unique_ptr<linked_node> b;
};

void require_equal_bits(const shared_vector& left, const shared_vector& right) {
  REQUIRE((left == nullptr) == (right == nullptr));
  if (!left)
    return;
  const auto same = [](float x, float y) { return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y); };
  REQUIRE(std::equal(left->begin(), left->end(), right->begin(), right->end(), same));
}

/// Says to a's transfer socket what b's link does not.
class odd_peer {
 public:
  explicit odd_peer(const std::string& endpoint) : socket_(context_, zmq::socket_type::dealer) {
    socket_.set(zmq::sockopt::linger, 1000);
    socket_.connect(endpoint);
  }

  void say(const exchange_message& head, const std::vector<std::byte>& values = {}) {
    const auto bytes = encode(head);
    socket_.send(zmq::buffer(bytes), values.empty() ? zmq::send_flags::none : zmq::send_flags::sndmore);
    if (!values.empty())
      socket_.send(zmq::buffer(values), zmq::send_flags::none);
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

std::vector<std::byte> values_as_frame(leader_snapshot snapshot, frame_type type = frame_type::fp32) {
  snapshot.parameters.assign(5, 1.0f);
  return encode_snapshot(snapshot, type, std::vector<std::size_t>{2, 3}, std::chrono::nanoseconds(0));
}

} // namespace

TEST_CASE("a contribution and its answer cross the link with the same bits") {
  for (const bool over_tcp : {false, true}) {
    exchanging_nodes nodes({2, 3}, over_tcp);
    nodes.start();
    const auto values = vector_of({-0.0f, floats::denorm_min(), floats::max(), 0.1f, -floats::min() / 3});
    for (const auto& each : {values, shared_vector()})
      for (const bool first : {false, true}) {
        nodes.to_a(contribution{.worker = {3, 4}, .number = -5, .first = first, .values = each});
        const auto came = nodes.next_contribution();
        REQUIRE(came.worker == worker_id{3, 4});
        REQUIRE(came.number == -5);
        REQUIRE(came.first == first);
        require_equal_bits(came.values, each);
      }
    for (const auto use : {answer_use::shift, answer_use::replace, answer_use::gradient, answer_use::none})
      for (const double distance : {0.1, -0.0, std::numeric_limits<double>::quiet_NaN()}) {
        const auto& sent_values = use == answer_use::none ? shared_vector() : values;
        nodes.to_b(
          centre_answer{.worker = {3, 4}, .number = 1L << 40, .use = use, .values = sent_values, .distance = distance});
        const auto came = nodes.next_answer();
        REQUIRE(came.worker == worker_id{3, 4});
        REQUIRE(came.number == 1L << 40);
        REQUIRE(came.use == use);
        REQUIRE(std::bit_cast<std::uint64_t>(came.distance) == std::bit_cast<std::uint64_t>(distance));
        require_equal_bits(came.values, sent_values);
      }
    nodes.to_a(leaves_centre{{3, 4}});
    REQUIRE(nodes.a->record->until([](const node_record& r) { return !r.left_centre.empty(); }));
    REQUIRE(nodes.a->record->left_centre[0].worker == worker_id{3, 4});
    REQUIRE(nodes.a->record->lines.empty());
  }
}

TEST_CASE("values that are not finite cross the link as none") {
  exchanging_nodes nodes;
  nodes.start();
  for (const float bad : {floats::infinity(), floats::quiet_NaN()}) {
    nodes.to_a(contribution{.number = 1, .values = vector_of({1, 2, 3, 4, bad})});
    REQUIRE(nodes.next_contribution().values == nullptr);
  }
}

TEST_CASE("the large contributions of many workers at once all cross the link") {
  // More at once than the sockets' buffers hold, and no more: a sanitizer's heartbeats must not come too late.
  constexpr std::size_t large = 100'000;
  constexpr std::uint32_t workers = 8;
  exchanging_nodes nodes({large});
  nodes.start();
  std::set<worker_id> came;
  // What a connection drops is said again, as nodes do.
  for (int turn = 0; turn < 3 && came.size() < workers; ++turn) {
    for (std::uint32_t index = 0; index < workers; ++index)
      if (!came.contains({0, index}))
        nodes.to_a(contribution{.worker = {0, index},
                                .number = index,
                                .values = vector_of(std::vector<float>(large, static_cast<float>(index)))});
    const auto more = [&](const node_record& r) { return r.contributions.size() > nodes.contributions; };
    while (came.size() < workers && nodes.a->record->until(more)) {
      const auto each = nodes.next_contribution();
      REQUIRE(each.values->size() == large);
      REQUIRE(each.values->back() == static_cast<float>(each.worker.index));
      came.insert(each.worker);
    }
  }
  REQUIRE(came.size() == workers);
  REQUIRE(nodes.a->link->counters().bytes_received > sizeof(float) * large * workers);
  REQUIRE(nodes.a->record->losses() == std::vector<std::string>{});
}

TEST_CASE("a contribution of another model is refused and told") {
  exchanging_nodes nodes;
  // Not in what nodes compare when they meet.
  nodes.of_b.slices = {2, 2};
  nodes.start();
  nodes.to_a(contribution{.values = vector_of({1, 2, 3, 4})});
  REQUIRE(nodes.a->record->until(
    [](const node_record& r) { return r.said("an exchange from node 'b' was refused as foreign"); }));
  REQUIRE(nodes.a->link->counters().refused_snapshots[static_cast<std::size_t>(frame_refusal::foreign)] == 1);
  REQUIRE(nodes.a->record->contributions.empty());
}

TEST_CASE("an exchange whose values are of another worker, no fp32 or spoilt is refused") {
  exchanging_nodes nodes;
  nodes.start();
  odd_peer odd(nodes.at_a.transfer);
  const exchange_message head{.incarnation = 2, .number = 1, .worker = {1, 2}};
  const auto refused = [&](frame_refusal why) {
    return nodes.a->link->counters().refused_snapshots[static_cast<std::size_t>(why)];
  };
  odd.say(head, values_as_frame({.leader = {1, 3}, .fingerprint = 7}));
  REQUIRE(comes_true([&] { return refused(frame_refusal::malformed) == 1; }));
  odd.say(head, values_as_frame({.leader = {1, 2}, .fingerprint = 7}, frame_type::bf16));
  REQUIRE(comes_true([&] { return refused(frame_refusal::malformed) == 2; }));
  auto spoilt = values_as_frame({.leader = {1, 2}, .fingerprint = 7});
  spoilt.back() ^= std::byte{1};
  odd.say(head, spoilt);
  REQUIRE(comes_true([&] { return refused(frame_refusal::checksum) == 1; }));
  odd.say(head, values_as_frame({.leader = {1, 2}, .fingerprint = 8}));
  REQUIRE(comes_true([&] { return refused(frame_refusal::foreign) == 1; }));
  odd.say(head, values_as_frame({.leader = {1, 2}, .fingerprint = 7}));
  REQUIRE(nodes.next_contribution().values->size() == 5);
  REQUIRE(nodes.a->record->contributions.size() == 1);
}

TEST_CASE("an exchange from a peer that has not joined is dropped") {
  exchanging_nodes nodes;
  nodes.start();
  odd_peer odd(nodes.at_a.transfer);
  odd.say({.incarnation = 99, .number = 1});
  REQUIRE(comes_true([&] { return nodes.a->link->counters().dropped_messages == 1; }));
  odd.say({.incarnation = 2, .number = 2});
  REQUIRE(nodes.next_contribution().number == 2);
  nodes.b.reset();
  REQUIRE(nodes.a->has_lost());
  odd.say({.incarnation = 2, .number = 3});
  REQUIRE(comes_true([&] { return nodes.a->link->counters().dropped_messages == 2; }));
  REQUIRE(nodes.a->record->contributions.size() == 1);
}

TEST_CASE("a restarted node exchanges again over a connection of its own") {
  exchanging_nodes nodes;
  nodes.start();
  nodes.to_b(centre_answer{.number = 1});
  REQUIRE(nodes.next_answer().number == 1);
  nodes.b.reset();
  nodes.of_b.incarnation = 3;
  nodes.b = std::make_unique<linked_node>(nodes.system, nodes.of_b);
  REQUIRE(nodes.a->has_joined(2));
  REQUIRE(nodes.b->has_joined());
  nodes.to_b(centre_answer{.number = 2});
  nodes.answers = 0;
  REQUIRE(nodes.next_answer().number == 2);
}

TEST_CASE("a node whose strategy has no centre neither sends exchanges nor takes any") {
  exchanging_nodes nodes;
  nodes.of_a.exchanges = false;
  nodes.start();
  nodes.to_a(contribution{.number = 1});
  REQUIRE(nodes.a->record->until([](const node_record& r) { return r.said("the strategy of this run has none"); }));
  REQUIRE(nodes.a->link->counters().refused_messages == 1);
  nodes.to_b(centre_answer{.number = 1});
  REQUIRE(comes_true([&] { return nodes.a->link->counters().dropped_messages == 1; }));
  REQUIRE(nodes.a->record->contributions.empty());
  REQUIRE(nodes.b->record->answers.empty());
}
