// Nodes of one run, their links simulated, on CAF's deterministic scheduler.
#include "actors/node_actor.hpp"

#include "tests/actors/node_network.hpp"
#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 2000ms;

/// What the group leader of a bare node's group says.
group_report report_of(node_network& nodes, std::uint32_t group, std::uint64_t steps, double loss) {
  const loss_report best{.worker = {group, 1},
                         .steps = steps,
                         .loss = loss,
                         .window_full = true,
                         .measured_at = nodes.at(group).services.clock->now()};
  return {.group = group, .steps = steps, .live_workers = 2, .best = best};
}

void report(node_network& nodes, std::uint32_t group, std::uint64_t steps, double loss) {
  caf::anon_send(nodes.at(group).actor, report_of(nodes, group, steps, loss));
}

void start_bare(node_network& nodes, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i)
    nodes.start_bare(i);
  nodes.run_for(patience);
}

} // namespace

TEST_CASE("nodes that hear each other give the seat to one of them, and tell it to their observers once") {
  node_network nodes(3);
  start_bare(nodes, 3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto& record = *nodes.at(i).record;
    REQUIRE(record.seats.size() == 1);
    REQUIRE(record.seats[0].seat.holder == "a");
    REQUIRE(record.seats[0].seat.term == 1);
    REQUIRE(record.joined.size() == 2);
    REQUIRE(record.lost.empty());
  }
}

TEST_CASE("the seat of a lost holder is taken within twice the patience") {
  node_network nodes(3);
  start_bare(nodes, 3);
  SECTION("killed") {
    nodes.kill(0);
  }
  SECTION("cut off from all") {
    nodes.cut(0, 1);
    nodes.cut(0, 2);
  }
  REQUIRE(nodes.run_until([&] { return nodes.holds_seat(1); }, 60s) < 2 * patience);
  nodes.run_for(patience);
  REQUIRE(nodes.at(2).record->seats.back().seat.holder == "b");
  REQUIRE(nodes.at(2).record->seats.back().seat.term == 2);
  REQUIRE(nodes.at(2).record->lost.size() == 1);
}

TEST_CASE("the shards of a lost node's workers are the others' until it is there again") {
  node_network nodes(3);
  start_bare(nodes, 3);
  const auto& roster = *nodes.at(1).plan->roster;
  REQUIRE(roster.live() == std::vector<bool>(6, true));
  nodes.cut(0, 1);
  nodes.run_for(patience);
  REQUIRE(roster.live() == std::vector<bool>{false, false, true, true, true, true});
  nodes.heal(0, 1);
  nodes.run_for(patience);
  REQUIRE(roster.live() == std::vector<bool>(6, true));
}

TEST_CASE("the shard of a worker that its live node has lost is the others' on every node") {
  node_network nodes(3);
  start_bare(nodes, 3);
  nodes.at(0).plan->set_live({0, 1}, false);
  nodes.run_for(patience);
  for (const std::uint32_t other : {1, 2})
    REQUIRE(nodes.at(other).plan->roster->live() == std::vector<bool>{true, false, true, true, true, true});
  nodes.at(0).plan->set_live({0, 1}, true);
  nodes.run_for(patience);
  REQUIRE(nodes.at(2).plan->roster->live() == std::vector<bool>(6, true));
}

TEST_CASE("a holder that one node alone has lost sight of stays, and there is no contest of terms") {
  node_network nodes(3);
  start_bare(nodes, 3);
  nodes.cut(0, 1);
  nodes.run_for(10 * patience);
  REQUIRE(nodes.holds_seat(0));
  for (std::uint32_t i = 0; i < 3; ++i)
    REQUIRE(nodes.at(i).record->seats.back().seat.term == 1);
}

TEST_CASE("the holder compares the groups of all nodes, and every group hears what it decided") {
  node_network nodes(3);
  start_bare(nodes, 3);
  for (std::uint64_t steps = 16; steps <= 64; steps += 16) {
    report(nodes, 0, steps, 1.0);
    report(nodes, 1, steps, 0.5);
    report(nodes, 2, steps, 0.75);
    nodes.run_for(10ms);
  }
  const auto decided = global_decisions(*nodes.at(0).record);
  // 64 steps of each of three groups, 6 workers, tau_G 8: the first round is the holder's first.
  REQUIRE(decided.size() == 1 + (3 * 64 - 3 * 16) / 48);
  REQUIRE(decided.back().leader == worker_id{1, 1});
  REQUIRE(decided.back().margin == 0.25);
  REQUIRE(decided.back().term == 1);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto passed_on = global_decisions(*nodes.at(i).group_record);
    REQUIRE(passed_on.size() == decided.size());
    REQUIRE(passed_on.back().leader == worker_id{1, 1});
    // Each node's ledger has each decision once.
    REQUIRE(global_decisions(*nodes.at(i).record).size() == decided.size());
  }
}

TEST_CASE("a new holder is right after one round of reports") {
  node_network nodes(3);
  start_bare(nodes, 3);
  for (std::uint64_t steps = 16; steps <= 160; steps += 16) {
    report(nodes, 0, steps, 0.1);
    report(nodes, 1, 2 * steps, 0.75);
    report(nodes, 2, steps, 0.5);
    nodes.run_for(10ms);
  }
  const auto before = global_decisions(*nodes.at(1).record);
  REQUIRE(before.back().leader == worker_id{0, 1});
  nodes.kill(0);
  REQUIRE(nodes.run_until([&] { return nodes.holds_seat(1); }, 60s) < 2 * patience);
  // The nodes tell a new holder what their groups said last; nobody has reported since.
  nodes.run_for(100ms);
  const auto after = global_decisions(*nodes.at(2).record);
  REQUIRE(after.size() == before.size() + 1);
  const std::vector all{*report_of(nodes, 1, 320, 0.75).best, *report_of(nodes, 2, 160, 0.5).best};
  const auto expected = elect(all, nodes.at(1).services.clock->now(), 60s * 1000);
  REQUIRE(after.back().leader == expected.winner->worker);
  REQUIRE(after.back().margin == expected.margin);
  REQUIRE(after.back().loss == expected.winner->loss);
  REQUIRE(after.back().reason == expected.reason);
  REQUIRE(after.back().total_steps == 320 + 160);
  REQUIRE(after.back().term == 2);
  REQUIRE(after.back().decision == before.back().decision + 1);
}

TEST_CASE("a report is as old at the holder as it was at its node, whatever their clocks say") {
  node_network nodes(2);
  start_bare(nodes, 2);
  auto stale = report_of(nodes, 1, 100, 0.1);
  stale.best->measured_at -= 61s;
  caf::anon_send(nodes.at(1).actor, stale);
  report(nodes, 0, 100, 0.5);
  nodes.run_for(10ms);
  const auto decided = global_decisions(*nodes.at(0).record);
  REQUIRE(decided.size() == 1);
  REQUIRE(decided[0].leader == worker_id{0, 1});
  REQUIRE(decided[0].reason == "the only one that can lead; left out: 1 with a stale report");
}

TEST_CASE("a report that comes twice, or after a later one, counts for nothing") {
  node_network nodes(2);
  start_bare(nodes, 2);
  const auto hear = [&](std::uint64_t number, std::uint64_t steps, double loss) {
    auto heard = report_of(nodes, 1, steps, loss);
    heard.number = number;
    heard.best->measured_at = 0s;
    caf::anon_send(nodes.at(0).actor, heard);
    nodes.run_for(10ms);
  };
  report(nodes, 0, 16, 0.5);
  hear(100, 16, 0.75);
  const auto first = global_decisions(*nodes.at(0).record);
  REQUIRE(first.size() == 1);
  // A period is 4 workers x 8 steps.
  hear(102, 40, 0.75);
  hear(101, 16, 0.1);
  hear(102, 40, 0.1);
  hear(100, 16, 0.1);
  hear(103, 47, 0.75);
  REQUIRE(global_decisions(*nodes.at(0).record).size() == 1);
  hear(104, 48, 0.75);
  const auto second = global_decisions(*nodes.at(0).record);
  REQUIRE(second.size() == 2);
  REQUIRE(second.back().leader == worker_id{0, 1});
  REQUIRE(second.back().total_steps == 16 + 48);
}

TEST_CASE("a probe of a candidate that there is not reaches no group leader") {
  node_network nodes(2);
  start_bare(nodes, 2);
  probe_request request;
  request.candidate = {.scope = scope::global, .leader = {0, 1}, .loss = 0.5};
  SECTION("a worker beyond the group") {
    request.candidate.leader.index = 4'294'967'295;
  }
  SECTION("a group beyond the run") {
    request.candidate.leader.group = 2;
  }
  SECTION("a candidate of a group's election") {
    request.candidate.scope = scope::group;
  }
  caf::anon_send(nodes.at(0).actor, request);
  nodes.run_for(10ms);
  REQUIRE(nodes.at(0).group_record->probes.empty());
  request.candidate = {.scope = scope::global, .leader = {0, 1}, .loss = 0.5};
  caf::anon_send(nodes.at(0).actor, request);
  nodes.run_for(10ms);
  REQUIRE(nodes.at(0).group_record->probes.size() == 1);
}

TEST_CASE("what another process says of groups and workers that there are not is passed over") {
  node_network nodes(2);
  start_bare(nodes, 2);
  report(nodes, 0, 16, 0.5);
  auto bad = report_of(nodes, 1, 100, 0.1);
  bad.number = 1000;
  SECTION("a group") {
    bad.group = 7;
  }
  SECTION("a worker of another group") {
    bad.best->worker = {0, 0};
  }
  SECTION("more workers than a group has") {
    bad.live_workers = 1'000'000;
  }
  caf::anon_send(nodes.at(0).actor, bad);
  nodes.run_for(2 * patience);
  report(nodes, 0, 17, 0.5);
  nodes.run_for(10ms);
  const auto decided = global_decisions(*nodes.at(0).record);
  REQUIRE(decided.size() == 1);
  REQUIRE(decided[0].leader == worker_id{0, 1});
}

TEST_CASE("the steps between global decisions follow the workers of live nodes") {
  node_network nodes(3);
  start_bare(nodes, 3);
  nodes.kill(2);
  nodes.run_for(10ms);
  report(nodes, 0, 100, 0.5);
  report(nodes, 1, 100, 0.5);
  nodes.run_for(10ms);
  REQUIRE(global_decisions(*nodes.at(0).record).size() == 1);
  // Four workers are left: 32 steps.
  report(nodes, 0, 116, 0.5);
  report(nodes, 1, 115, 0.5);
  nodes.run_for(10ms);
  REQUIRE(global_decisions(*nodes.at(0).record).size() == 1);
  report(nodes, 1, 116, 0.5);
  nodes.run_for(10ms);
  REQUIRE(global_decisions(*nodes.at(0).record).size() == 2);
}

TEST_CASE("a restarted node learns from the others how many steps it has made, and how old the run is") {
  node_network nodes(2);
  start_bare(nodes, 2);
  for (int step = 0; step < 500; ++step)
    nodes.at(1).services.budget->claim();
  nodes.run_for(patience);
  REQUIRE(nodes.at(1).told.steps == 500);
  nodes.kill(1);
  nodes.run_for(patience);
  const auto age = nodes.at(0).services.clock->training_time();
  nodes.start_bare(1);
  nodes.run_for(patience);
  REQUIRE(nodes.at(1).services.clock->training_time() >= age + patience);
  REQUIRE(nodes.at(1).told.steps == 500);
  nodes.at(1).services.budget->claim();
  nodes.run_for(patience);
  REQUIRE(nodes.at(1).told.steps == 501);
  REQUIRE(nodes.at(0).record->seats.size() == 1);
}

TEST_CASE("a new global leader actor goes on under the seat's term, and no number is given twice") {
  node_network nodes(2);
  start_bare(nodes, 2);
  report(nodes, 0, 16, 0.5);
  report(nodes, 1, 16, 0.25);
  nodes.run_for(10ms);
  REQUIRE(global_decisions(*nodes.at(1).group_record).size() == 1);
  nodes.replace_global_leader(0);
  report(nodes, 0, 32, 0.5);
  report(nodes, 1, 32, 0.25);
  nodes.run_for(10ms);
  const auto decided = global_decisions(*nodes.at(1).group_record);
  REQUIRE(decided.size() == 2);
  REQUIRE(decided[1].term == 1);
  REQUIRE(decided[1].decision == 2);
}

TEST_CASE("the word of a deposed holder is passed on to nobody, also where that was this node") {
  node_network nodes(2);
  start_bare(nodes, 2);
  const auto& node = nodes.at(1);
  leader_announcement decision{.scope = scope::global, .term = 0, .decision = 90, .leader = {0, 0}};
  caf::anon_send(node.actor, decision);
  caf::send_as(node.global_leader, node.actor, decision);
  nodes.run_for(10ms);
  REQUIRE(node.group_record->decisions.empty());
  REQUIRE(node.record->decisions.empty());
  decision.term = 1;
  caf::anon_send(node.actor, decision);
  nodes.run_for(10ms);
  REQUIRE(node.group_record->decisions.size() == 1);
  REQUIRE(node.record->decisions.size() == 1);
}

TEST_CASE("a probe goes to the node of its candidate") {
  node_network nodes(3);
  start_bare(nodes, 3);
  probe_request request{.probe = 9};
  request.candidate = {.scope = scope::global, .leader = {2, 1}};
  caf::anon_send(nodes.at(0).actor, request);
  nodes.run_for(10ms);
  REQUIRE(nodes.at(0).group_record->probes.empty());
  REQUIRE(nodes.at(1).group_record->probes.empty());
  REQUIRE(nodes.at(2).group_record->probes.size() == 1);
  REQUIRE(nodes.at(2).group_record->probes[0].probe == 9);
}
