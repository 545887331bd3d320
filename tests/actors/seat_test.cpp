#include "actors/seat.hpp"

#include "compute/counter_random.hpp"
#include "tests/catch.hpp"

#include <memory>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> abc{"a", "b", "c"};

seat seat_of(const std::string& own, const std::vector<std::string>& nodes = abc) {
  return seat({.own = own, .nodes = nodes, .patience = 2s}, 0s);
}

void hear(seat& at, const std::string& from, const seat_claim& claim) {
  at.joined(from);
  at.heard(from, claim);
}

/// Nodes that tell each other what they see, over a network that can be cut.
class network {
 public:
  explicit network(std::size_t size) : side_(size, 0) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < size; ++i)
      names.push_back(std::string(1, static_cast<char>('a' + i)));
    for (const auto& name : names)
      nodes_.push_back(std::make_unique<seat>(seat_settings{.own = name, .nodes = names, .patience = 2s}, 0s));
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j)
        if (i != j)
          nodes_[i]->joined(names[j]);
  }

  /// Puts a node to one side of a cut; those of one side see each other.
  void move(std::size_t node, int side) {
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
      if (other == node || (side_[other] == side) == (side_[other] == side_[node]))
        continue;
      if (side_[other] == side) {
        nodes_[node]->joined(name(other));
        nodes_[other]->joined(name(node));
      } else {
        nodes_[node]->lost(name(other));
        nodes_[other]->lost(name(node));
      }
    }
    side_[node] = side;
  }

  /// `from` tells `to` what it sees, if the network lets it.
  void tell(std::size_t from, std::size_t to) {
    if (from != to && side_[from] == side_[to])
      nodes_[to]->heard(name(from), nodes_[from]->told());
    now_ += 1ms;
    nodes_[to]->settle(now_);
  }

  void let_all_talk(int rounds) {
    for (int round = 0; round < rounds; ++round)
      for (std::size_t from = 0; from < nodes_.size(); ++from)
        for (std::size_t to = 0; to < nodes_.size(); ++to)
          tell(from, to);
  }

  const seat& at(std::size_t node) const { return *nodes_[node]; }
  static std::string name(std::size_t node) { return std::string(1, static_cast<char>('a' + node)); }

 private:
  std::vector<std::unique_ptr<seat>> nodes_;
  std::vector<int> side_;
  std::chrono::nanoseconds now_{0};
};

} // namespace

TEST_CASE("of nodes that have all heard each other the lowest name takes a seat that nobody held") {
  auto a = seat_of("a");
  auto b = seat_of("b");
  for (const auto* other : {"b", "c"})
    hear(a, other, {});
  for (const auto* other : {"a", "c"})
    hear(b, other, {});
  const auto taken = a.settle(1ms);
  REQUIRE(taken);
  REQUIRE(taken->taken);
  REQUIRE(taken->seat.term == 1);
  REQUIRE(taken->seat.holder == "a");
  REQUIRE(taken->reason == "no holder is known; lowest name of 3 live nodes");
  REQUIRE(a.held());
  REQUIRE_FALSE(b.settle(1ms));
  REQUIRE_FALSE(a.settle(2ms));
}

TEST_CASE("a starting node claims nothing before it has heard all nodes, or its patience has run out") {
  auto a = seat_of("a");
  hear(a, "b", {});
  a.joined("c");
  REQUIRE_FALSE(a.settle(1999ms));
  SECTION("the last one is heard") {
    a.heard("c", {});
    REQUIRE(a.settle(1999ms)->taken);
  }
  SECTION("its patience runs out") {
    REQUIRE(a.settle(2s)->taken);
  }
  SECTION("the last one holds the seat") {
    a.heard("c", {7, "c"});
    REQUIRE(a.settle(1999ms)->seat.holder == "c");
    REQUIRE_FALSE(a.settle(5s));
  }
}

TEST_CASE("a node alone in its run takes the seat at once") {
  auto only = seat_of("a", {"a"});
  REQUIRE(only.settle(0s)->reason == "no holder is known; no other node lives");
}

TEST_CASE("a node that has lost all others takes their seat after half its patience, if it is alone still") {
  auto b = seat_of("b");
  hear(b, "a", {4, "a"});
  hear(b, "c", {4, "a"});
  REQUIRE(b.settle(8s)->seat.holder == "a");
  b.lost("c");
  b.lost("a");
  const auto vacant = b.settle(9s);
  REQUIRE(vacant->seat.term == 4);
  REQUIRE(vacant->seat.holder.empty());
  REQUIRE_FALSE(b.settle(9999ms));
  SECTION("nobody came back") {
    const auto taken = b.settle(10s);
    REQUIRE(taken->taken);
    REQUIRE(taken->seat.term == 5);
    REQUIRE(taken->reason == "a holds it no more; no other node lives");
  }
  SECTION("one that says nothing is not back") {
    b.joined("c");
    REQUIRE(b.settle(10s)->taken);
  }
  SECTION("the holder came back, and no term was spent") {
    hear(b, "a", {4, "a"});
    const auto back = b.settle(10s);
    REQUIRE(back->seat.holder == "a");
    REQUIRE(back->seat.term == 4);
    b.lost("a");
    REQUIRE(b.settle(11s)->seat.holder.empty());
    REQUIRE_FALSE(b.settle(11999ms));
    REQUIRE(b.settle(12s)->taken);
  }
}

TEST_CASE("whoever holds the seat keeps it when a lower name comes") {
  auto b = seat_of("b");
  hear(b, "c", {});
  REQUIRE(b.settle(2s)->taken);
  hear(b, "a", {});
  REQUIRE_FALSE(b.settle(3s));
  REQUIRE(b.held());
  auto a = seat_of("a");
  hear(a, "b", b.told());
  hear(a, "c", b.told());
  REQUIRE(a.settle(9s)->seat.holder == "b");
  REQUIRE_FALSE(a.held());
}

TEST_CASE("a lost holder's seat goes to the lowest live name with the next term") {
  auto b = seat_of("b");
  auto c = seat_of("c");
  hear(b, "a", {4, "a"});
  hear(b, "c", {4, "a"});
  hear(c, "a", {4, "a"});
  hear(c, "b", {4, "a"});
  REQUIRE(b.settle(0s)->seat.holder == "a");
  REQUIRE(c.settle(0s)->seat.holder == "a");
  b.lost("a");
  // c sees it still.
  REQUIRE_FALSE(b.settle(9s));
  REQUIRE(b.told().holder.empty());
  c.lost("a");
  REQUIRE_FALSE(c.settle(9s));
  b.heard("c", c.told());
  const auto taken = b.settle(9s);
  REQUIRE(taken->seat.term == 5);
  REQUIRE(taken->seat.holder == "b");
  REQUIRE(taken->reason == "a holds it no more; lowest name of 2 live nodes");
  c.heard("b", b.told());
  const auto followed = c.settle(9s);
  REQUIRE(followed->seat.holder == "b");
  REQUIRE_FALSE(followed->taken);
  REQUIRE(followed->reason == "its term is above 4");
}

TEST_CASE("a holder that another node still sees is not replaced by one that has lost it") {
  auto b = seat_of("b");
  hear(b, "a", {1, "a"});
  hear(b, "c", {1, "a"});
  b.settle(0s);
  b.lost("a");
  for (int round = 0; round < 5; ++round)
    REQUIRE_FALSE(b.settle(std::chrono::seconds(round)));
  b.lost("c");
  REQUIRE(b.settle(9s)->seat.holder.empty());
  REQUIRE(b.settle(10s)->taken);
}

TEST_CASE("of two claims the higher term stands, of equal terms the lower name") {
  auto b = seat_of("b");
  b.settle(2s);
  REQUIRE(b.held());
  SECTION("a lower term changes nothing") {
    hear(b, "a", {0, "a"});
    REQUIRE_FALSE(b.settle(3s));
  }
  SECTION("against an equal term of a higher name the seat is kept, under a term that the other has not used") {
    hear(b, "c", {1, "c"});
    const auto change = b.settle(3s);
    REQUIRE(change->taken);
    REQUIRE(change->seat.term == 2);
    REQUIRE(change->reason == "another node has claimed the same term");
    REQUIRE(b.held());
    // What the other said of the old term is settled by that.
    REQUIRE_FALSE(b.settle(4s));
  }
  SECTION("an equal term of a lower name takes over") {
    hear(b, "a", {1, "a"});
    REQUIRE(b.settle(3s)->reason == "of one term, a lower name than b");
    REQUIRE_FALSE(b.held());
  }
  SECTION("a higher term takes over") {
    hear(b, "c", {2, "c"});
    REQUIRE(b.settle(3s)->seat.holder == "c");
    REQUIRE_FALSE(b.held());
  }
}

TEST_CASE("a restarted holder does not believe that it holds the seat, and takes it by a new term") {
  auto a = seat_of("a");
  hear(a, "b", {3, "a"});
  const auto told = a.settle(0s);
  REQUIRE(told->seat.holder.empty());
  REQUIRE(told->seat.term == 3);
  hear(a, "c", {3, "a"});
  const auto taken = a.settle(1ms);
  REQUIRE(taken->taken);
  REQUIRE(taken->seat.term == 4);
}

TEST_CASE("a holder that has come back without its memory holds nothing in the others' eyes") {
  auto b = seat_of("b");
  hear(b, "a", {3, "a"});
  hear(b, "c", {3, "a"});
  b.settle(0s);
  b.lost("a");
  hear(b, "a", {0, ""});
  b.heard("c", {3, ""});
  REQUIRE(b.settle(1s)->seat.holder.empty());
  // The lowest live name is a's.
  REQUIRE_FALSE(b.held());
  b.heard("a", {4, "a"});
  REQUIRE(b.settle(1s)->seat.holder == "a");
}

TEST_CASE("a resumed run counts its terms on") {
  seat a({.own = "a", .nodes = {"a"}, .patience = 2s, .first_term = 11}, 0s);
  REQUIRE(a.settle(0s)->seat.term == 12);
}

TEST_CASE("two sides of a partition each have a holder, and the higher term stands after it") {
  network nodes(4);
  nodes.let_all_talk(2);
  REQUIRE(nodes.at(3).holder().holder == "a");
  nodes.move(2, 1);
  nodes.move(3, 1);
  nodes.let_all_talk(3);
  REQUIRE(nodes.at(0).held());
  REQUIRE(nodes.at(2).held());
  REQUIRE(nodes.at(2).holder().term == nodes.at(0).holder().term + 1);
  nodes.move(2, 0);
  nodes.move(3, 0);
  nodes.let_all_talk(2);
  for (std::size_t i = 0; i < 4; ++i)
    REQUIRE(nodes.at(i).holder().holder == "c");
}

TEST_CASE("whatever is cut and healed, terms only rise, and nodes that see each other agree in the end") {
  const std::uint64_t seed = GENERATE(range(1, 40));
  counter_random random(seed);
  const auto size = 2 + random.below(4);
  network nodes(size);
  std::vector<std::uint64_t> terms(size, 0);
  for (int event = 0; event < 400; ++event) {
    if (random.below(8) == 0)
      nodes.move(random.below(size), static_cast<int>(random.below(3)));
    nodes.tell(random.below(size), random.below(size));
    for (std::size_t i = 0; i < size; ++i) {
      REQUIRE(nodes.at(i).holder().term >= terms[i]);
      terms[i] = nodes.at(i).holder().term;
    }
  }
  for (std::size_t i = 0; i < size; ++i)
    nodes.move(i, 0);
  nodes.let_all_talk(2000 / static_cast<int>(size * size) + 4);
  int holders = 0;
  for (std::size_t i = 0; i < size; ++i) {
    REQUIRE(nodes.at(i).holder().holder == nodes.at(0).holder().holder);
    REQUIRE(nodes.at(i).holder().term == nodes.at(0).holder().term);
    holders += nodes.at(i).held();
  }
  REQUIRE(holders == 1);
}
