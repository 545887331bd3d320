#include "cluster/record/leadership_tally.hpp"

#include "cluster/record/metrics.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

namespace {

leader_announcement decision(scope s, worker_id leader) {
  leader_announcement made;
  made.scope = s;
  made.group = s == scope::group ? leader.group : 0;
  made.leader = leader;
  return made;
}

const std::vector<leader_announcement> decisions{
  decision(scope::group, {0, 0}), decision(scope::group, {0, 1}),  decision(scope::group, {1, 1}),
  decision(scope::group, {0, 1}), decision(scope::global, {1, 1}), decision(scope::group, {0, 1}),
  decision(scope::group, {1, 1}), decision(scope::global, {0, 1}), decision(scope::global, {0, 1}),
};

void require_counted(const leadership_tally& tally) {
  REQUIRE(tally.group_decisions() == 6);
  REQUIRE(tally.global_decisions() == 3);
  REQUIRE(tally.group_share({0, 0}) == 0.25);
  REQUIRE(tally.group_share({0, 1}) == 0.75);
  REQUIRE(tally.group_share({1, 1}) == 1.0);
  REQUIRE(tally.group_share({1, 0}) == 0.0);
  REQUIRE(tally.global_share({0, 1}) == Approx(2.0 / 3));
  REQUIRE(tally.changes() == 2);
  REQUIRE(tally.distinct_leaders() == 3);
}

} // namespace

TEST_CASE("shares of leadership are counted by group and over all") {
  leadership_tally tally;
  for (const auto& made : decisions)
    tally.add(made);
  require_counted(tally);
}

TEST_CASE("shares of leadership are the same counted from the ledger's lines") {
  leadership_tally tally;
  for (const auto& made : decisions)
    tally.add_record(to_record(made, record_time()));
  tally.add_record({{"type", "progress"}, {"leader", "0.0"}});
  tally.add_record({{"type", "leader"}, {"leader", "nobody"}});
  require_counted(tally);
}

TEST_CASE("nobody has a share before the first decision") {
  const leadership_tally tally;
  REQUIRE(tally.group_share({0, 0}) == 0);
  REQUIRE(tally.global_share({0, 0}) == 0);
}
