#include "cluster/faults/fault_schedule.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

constexpr auto hour = std::chrono::nanoseconds(1h);

/// Three nodes of one, two and one groups, two workers each.
fault_roster roster_of_three() {
  return {.nodes = {{"a", 0, 1}, {"b", 1, 2}, {"c", 3, 1}}, .workers_per_group = 2};
}

fault_settings storm(std::uint64_t seed = 7, double per_hour = 125) {
  fault_settings settings;
  settings.seed = seed;
  settings.per_hour = per_hour;
  return settings;
}

std::vector<fault> faults_of_an_hour(const fault_settings& settings) {
  return fault_schedule(settings, roster_of_three()).between(0ns, settings.begin + hour - 1ns);
}

fault_settings only(fault_settings::entry entry) {
  fault_settings settings;
  settings.list = {std::move(entry)};
  return settings;
}

} // namespace

TEST_CASE("a schedule has as many faults an hour as its rate says, in order of time, whatever the seed") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto faults = faults_of_an_hour(storm(seed));
    REQUIRE(faults.size() == 125);
    REQUIRE(std::is_sorted(faults.begin(), faults.end(), [](const fault& x, const fault& y) { return x.at < y.at; }));
    REQUIRE(faults.front().at >= 10s);
  }
}

TEST_CASE("the same seed gives the same faults, another one others") {
  REQUIRE(faults_of_an_hour(storm(7)) == faults_of_an_hour(storm(7)));
  REQUIRE(faults_of_an_hour(storm(7)) != faults_of_an_hour(storm(8)));
}

TEST_CASE("a schedule that is read in short spans is the one that is read at once") {
  const fault_schedule schedule(storm(), roster_of_three());
  std::vector<fault> pieces;
  for (auto time = 0ns; time < hour; time += 250ms)
    for (const auto& f : schedule.between(time, time + 250ms))
      pieces.push_back(f);
  REQUIRE(pieces == schedule.between(0ns, hour));
}

TEST_CASE("nodes of one file draw the first faults alike on every machine") {
  // Written down once: a change of the schedule would let nodes of different builds disagree.
  const auto faults = faults_of_an_hour(storm(7, 125));
  std::vector<std::string> first;
  for (std::size_t i = 0; i < 4; ++i)
    first.push_back(std::string(to_string(faults[i].kind)) + " " + faults[i].node + " "
                    + std::to_string(faults[i].at.count()) + " " + std::to_string(faults[i].duration.count()));
  REQUIRE(first
          == std::vector<std::string>{"kill_holder  36346378526 0", "kill_worker c 60890973026 0",
                                      "freeze a 94492773012 3983198072", "poison a 99699572637 0"});
}

TEST_CASE("every kind comes once in each round of all kinds") {
  const auto faults = faults_of_an_hour(storm());
  for (std::size_t round = 0; round + 9 <= faults.size(); round += 9) {
    std::set<fault_kind> kinds;
    for (std::size_t i = round; i < round + 9; ++i)
      kinds.insert(faults[i].kind);
    REQUIRE(kinds.size() == 9);
  }
}

TEST_CASE("only the kinds that are named are drawn") {
  auto settings = storm();
  settings.kinds = {fault_kind::freeze, fault_kind::cut};
  std::map<fault_kind, int> kinds;
  for (const auto& f : faults_of_an_hour(settings))
    ++kinds[f.kind];
  REQUIRE(kinds.size() == 2);
  REQUIRE(kinds[fault_kind::freeze] + kinds[fault_kind::cut] == 125);
  settings.kinds.clear();
  REQUIRE(faults_of_an_hour(settings).empty());
}

TEST_CASE("each fault strikes whom its kind strikes: a worker of its node, a node, or whoever holds the seat") {
  const auto roster = roster_of_three();
  std::set<worker_id> workers;
  std::set<std::string> nodes;
  for (const auto& f : faults_of_an_hour(storm(3, 3600))) {
    INFO(to_string(f.kind));
    switch (victim_of(f.kind)) {
      case fault_victim::worker:
        REQUIRE(f.worker);
        REQUIRE(f.worker->index < roster.workers_per_group);
        REQUIRE(roster.node_of(f.worker->group) == f.node);
        workers.insert(*f.worker);
        break;
      case fault_victim::node:
        REQUIRE_FALSE(f.worker);
        nodes.insert(f.node);
        break;
      case fault_victim::holder:
        REQUIRE_FALSE(f.worker);
        REQUIRE(f.node.empty());
        break;
    }
  }
  REQUIRE(workers.size() == 8);
  REQUIRE(nodes == std::set<std::string>{"a", "b", "c"});
}

TEST_CASE("drawn durations lie from half the average to one and a half times, and what is over at once has none") {
  auto settings = storm(5, 3600);
  settings.freeze_time = 4s;
  std::set<cut_direction> directions;
  for (const auto& f : faults_of_an_hour(settings)) {
    REQUIRE((f.duration > 0ns) == lasts(f.kind));
    REQUIRE(f.factor == (f.kind == fault_kind::slow ? settings.slow_factor : 1.0));
    if (f.kind == fault_kind::freeze)
      REQUIRE((f.duration >= 2s && f.duration < 6s));
    if (f.kind == fault_kind::cut)
      directions.insert(f.direction);
  }
  REQUIRE(directions.size() == 3);
}

TEST_CASE("a fault that is written down happens as it is written, beside those that are drawn") {
  auto settings = storm();
  settings.list = {{.at = 30s, .kind = fault_kind::kill_node, .node = "b"},
                   {.at = 1s, .kind = fault_kind::poison, .worker = worker_id{2, 1}}};
  const auto faults = faults_of_an_hour(settings);
  REQUIRE(faults.size() == 127);
  REQUIRE(faults.front()
          == fault{.number = 1, .kind = fault_kind::poison, .at = 1s, .node = "b", .worker = worker_id{2, 1}});
  std::set<std::uint64_t> numbers;
  for (const auto& f : faults)
    numbers.insert(f.number);
  REQUIRE(numbers.size() == 127);
}

TEST_CASE("what is not written down of a fault is its kind's average") {
  const auto first = [](fault_settings::entry entry) {
    return fault_schedule(only(std::move(entry)), roster_of_three()).between(0s, 1h).at(0);
  };
  REQUIRE(first({.at = 1s, .kind = fault_kind::freeze, .node = "a"}).duration == 3s);
  REQUIRE(first({.at = 1s, .kind = fault_kind::freeze, .node = "a", .duration = 1s}).duration == 1s);
  REQUIRE(first({.at = 1s, .kind = fault_kind::slow, .worker = worker_id{0, 0}}).factor == 4);
  REQUIRE(first({.at = 1s, .kind = fault_kind::slow, .worker = worker_id{0, 0}, .factor = 9}).factor == 9);
  REQUIRE(first({.at = 1s, .kind = fault_kind::cut, .node = "a"}).direction == cut_direction::both);
}

TEST_CASE("faults are due behind one moment and up to the next, so that none comes twice or never") {
  const fault_schedule schedule(only({.at = 5s, .kind = fault_kind::kill_holder}), roster_of_three());
  REQUIRE(schedule.between(4s, 5s).size() == 1);
  REQUIRE(schedule.between(5s, 6s).empty());
}

TEST_CASE("without rate and list there are no faults") {
  REQUIRE(faults_of_an_hour({}).empty());
  REQUIRE_FALSE(fault_settings{}.has_faults());
}
