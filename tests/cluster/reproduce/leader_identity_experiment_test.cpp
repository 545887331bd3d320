#include "cluster/reproduce/experiments.hpp"
#include "tests/cluster/reproduce/made_experiment.hpp"

using namespace paceline;

TEST_CASE("who led is told by share of the elections, without a verdict where the runs are too short for one") {
  const temporary_folder folder;
  const auto outcome = testing::made(leader_identity_experiment(), {.fast = true}, folder);
  const auto shares = testing::found_in(outcome, "shares of the elections");
  REQUIRE(shares.found.ends_with(" %"));
  REQUIRE_FALSE(shares.agrees);
  REQUIRE(testing::stems_in(outcome) == std::vector<std::string>{"leaders", "shares"});
  const auto& bars = outcome.shown.sections[0].figures[1].curves[0].points;
  double sum = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    sum += bars[i].y;
    REQUIRE((i == 0 || bars[i].y >= bars[i - 1].y));
  }
  REQUIRE(sum == Approx(100));
}
