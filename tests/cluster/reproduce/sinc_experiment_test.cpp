#include "cluster/reproduce/experiments.hpp"
#include "tests/cluster/reproduce/made_experiment.hpp"

using namespace paceline;

TEST_CASE("on sinc LGD's leaders are the paper's iteration by iteration, and EASGD ends higher") {
  const temporary_folder folder;
  const auto outcome = testing::made(sinc_experiment(), {.fast = true}, folder);
  const auto leaders = testing::found_in(outcome, "LGD: workers that lead");
  REQUIRE(leaders.found == "1 (1 to 7), 4 (8 to 13), 1 (14 to 23), 3 (24 on)");
  REQUIRE(leaders.agrees == true);
  REQUIRE(testing::found_in(outcome, "LGD: f of the worst").found == "-0.2172");
  REQUIRE(testing::found_in(outcome, "EASGD: f").found == "-0.0913");
  REQUIRE(testing::found_in(outcome, "EASGD: f").agrees == true);
  REQUIRE(testing::stems_in(outcome)
          == std::vector<std::string>{"paths-lgd", "paths-easgd", "f-lgd", "leaders", "f-easgd", "best"});
}
