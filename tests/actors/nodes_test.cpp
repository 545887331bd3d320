// Whole nodes of one run, from supervisor to trainers, their links simulated, on CAF's deterministic scheduler.
#include "tests/actors/node_network.hpp"
#include "tests/catch.hpp"

#include <algorithm>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

constexpr auto cluster_patience = 2000ms;

std::size_t group_decisions(const recorded_run& record) {
  return record.decisions.size() - global_decisions(record).size();
}

} // namespace

TEST_CASE("while nobody holds the seat, groups go on under their own leaders") {
  node_network nodes(3);
  // The third one never comes, so the two wait for it as long as their patience lasts.
  nodes.start_whole(0);
  nodes.start_whole(1);
  nodes.run_for(500ms);
  for (std::uint32_t i = 0; i < 2; ++i) {
    REQUIRE(nodes.at(i).record->seats.empty());
    REQUIRE(global_decisions(*nodes.at(i).record).empty());
    REQUIRE(group_decisions(*nodes.at(i).record) > 10);
  }
  REQUIRE(nodes.run_until([&] { return !global_decisions(*nodes.at(1).record).empty(); }, 60s) < 2 * cluster_patience);
  REQUIRE(nodes.holds_seat(0));
}

TEST_CASE("two sides of a cut decide under different terms, and the higher one stands when it heals") {
  node_network nodes(2);
  nodes.start_whole(0);
  nodes.start_whole(1);
  nodes.run_for(cluster_patience);
  REQUIRE(nodes.holds_seat(0));
  nodes.cut(0, 1);
  nodes.run_for(2 * cluster_patience);
  REQUIRE(nodes.holds_seat(0));
  REQUIRE(nodes.holds_seat(1));
  REQUIRE(global_decisions(*nodes.at(0).record).back().term == 1);
  REQUIRE(global_decisions(*nodes.at(0).record).back().leader.group == 0);
  REQUIRE(global_decisions(*nodes.at(1).record).back().term == 2);
  REQUIRE(global_decisions(*nodes.at(1).record).back().leader.group == 1);
  nodes.heal(0, 1);
  nodes.run_for(cluster_patience);
  REQUIRE_FALSE(nodes.holds_seat(0));
  REQUIRE(nodes.holds_seat(1));
  const auto at_a = global_decisions(*nodes.at(0).record);
  const auto at_b = global_decisions(*nodes.at(1).record);
  REQUIRE(at_a.back().term == 2);
  REQUIRE(at_a.back().decision >= at_b.back().decision - 1);
  const auto by_term = [](const auto& a, const auto& b) { return a.term < b.term; };
  REQUIRE(std::is_sorted(at_a.begin(), at_a.end(), by_term));
  REQUIRE(std::is_sorted(at_b.begin(), at_b.end(), by_term));
}

TEST_CASE("a node whose actor is gone ends its run, and says why, rather than be shut off from the others") {
  node_network nodes(2);
  nodes.start_whole(0);
  nodes.start_whole(1);
  nodes.run_for(cluster_patience);
  caf::anon_send_exit(nodes.at(0).actor, caf::exit_reason::kill);
  REQUIRE(nodes.run_until([&] { return nodes.at(0).record->finished; }, 60s) < 60s);
  const auto& failures = nodes.at(0).record->end.failures;
  REQUIRE(failures.size() == 1);
  REQUIRE(failures[0].code == failure_code::node_actor_lost);
  REQUIRE_FALSE(nodes.at(1).record->finished);
}

TEST_CASE("a budget of steps is met by all nodes together, within what they make between two words") {
  node_network nodes(2, 1000);
  nodes.start_whole(0);
  nodes.start_whole(1);
  const auto all_finished = [&] { return nodes.at(0).record->finished && nodes.at(1).record->finished; };
  nodes.run_until(all_finished, 600s, 3);
  REQUIRE(all_finished());
  const auto& a = *nodes.at(0).record->end.state;
  const auto& b = *nodes.at(1).record->end.state;
  REQUIRE(a.groups.size() == 1);
  REQUIRE(b.first_group == 1);
  REQUIRE(b.workers[0].id == worker_id{1, 0});
  REQUIRE(b.global.member_steps.size() == 2);
  const auto total = a.total_steps + b.total_steps;
  REQUIRE(total >= 4 * 1000);
  // Three messages a millisecond, a word each 250 ms.
  REQUIRE(total <= 4 * 1000 + 3 * 250);
}
