#include "cluster/link/link_filter.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

#include <atomic>

using namespace paceline;

namespace {

/// Does what a test switches on.
class switched_filter final : public link_filter {
 public:
  bool drops(const std::string&, direction which) const override {
    return which == direction::incoming ? deaf.load() : mute.load();
  }
  void spoil(std::span<std::byte> frame) const override {
    if (spoils)
      frame.back() ^= std::byte{1};
  }

  std::atomic<bool> deaf = false;
  std::atomic<bool> mute = false;
  std::atomic<bool> spoils = false;
};

/// Two nodes, of which a has a filter.
struct filtered_pair {
  filtered_pair() {
    const auto at_a = ipc_endpoints("a", folder);
    const auto at_b = ipc_endpoints("b", folder);
    auto settings = settings_for(at_a, {at_b}, 1);
    settings.filter = filter;
    settings.exchanges = true;
    a = std::make_unique<linked_node>(system, std::move(settings));
    auto of_b = settings_for(at_b, {at_a}, 2);
    of_b.exchanges = true;
    b = std::make_unique<linked_node>(system, std::move(of_b));
  }

  std::shared_ptr<switched_filter> filter = std::make_shared<switched_filter>();
  actor_system_settings config;
  caf::actor_system system{config};
  temporary_folder folder;
  std::unique_ptr<linked_node> a;
  std::unique_ptr<linked_node> b;
};

} // namespace

TEST_CASE("nodes of which one is deaf or mute lose each other, and join again when the cut heals") {
  for (auto cut : {&switched_filter::deaf, &switched_filter::mute}) {
    filtered_pair nodes;
    REQUIRE(nodes.a->has_joined());
    REQUIRE(nodes.b->has_joined());
    (*nodes.filter).*cut = true;
    REQUIRE(nodes.a->has_lost());
    REQUIRE(nodes.b->has_lost());
    (*nodes.filter).*cut = false;
    REQUIRE(nodes.a->has_joined(2));
    REQUIRE(nodes.b->has_joined(2));
  }
}

TEST_CASE("a spoilt snapshot is refused by its checksum, and the next whole one arrives") {
  filtered_pair nodes;
  REQUIRE(nodes.b->has_joined());
  const auto newest_at_b = [&] { return nodes.b->link->plane()->newest(scope::global, 0); };
  const auto refused = [&] {
    return nodes.b->link->counters().refused_snapshots[static_cast<std::size_t>(frame_refusal::checksum)];
  };
  nodes.filter->spoils = true;
  REQUIRE(comes_true([&] {
    nodes.a->link->plane()->publish(global_snapshot(1, 1));
    return refused() > 0;
  }));
  REQUIRE(newest_at_b() == nullptr);
  nodes.filter->spoils = false;
  REQUIRE(comes_true([&] {
    nodes.a->link->plane()->publish(global_snapshot(1, 2));
    return newest_at_b() && newest_at_b()->decision == 2;
  }));
}

TEST_CASE("what is exchanged with a centre while nodes are cut apart is lost, and goes its way when the cut heals") {
  for (auto cut : {&switched_filter::deaf, &switched_filter::mute}) {
    filtered_pair nodes;
    REQUIRE(nodes.a->has_joined());
    REQUIRE(nodes.b->has_joined());
    const bool deaf = cut == &switched_filter::deaf;
    auto& from = deaf ? *nodes.b : *nodes.a;
    auto& to = deaf ? *nodes.a : *nodes.b;
    const auto give = [&](std::int64_t number) {
      caf::anon_send(from.record->joined.back().proxy, contribution{.worker = {0, 1}, .number = number});
    };
    (*nodes.filter).*cut = true;
    give(1);
    REQUIRE(from.has_lost());
    REQUIRE(to.has_lost());
    (*nodes.filter).*cut = false;
    REQUIRE(from.has_joined(2));
    REQUIRE(to.has_joined(2));
    give(2);
    REQUIRE(to.record->until([](const node_record& r) { return !r.contributions.empty(); }));
    REQUIRE(to.record->contributions[0].number == 2);
  }
}
