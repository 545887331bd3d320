#include "cluster/reproduce/experiments.hpp"
#include "tests/cluster/reproduce/made_experiment.hpp"

using namespace paceline;

TEST_CASE("in two wells EASGD rests at 0.9 on both sides, and LGD's leader at 1") {
  const temporary_folder folder;
  const auto outcome = testing::made(double_well_experiment(), {.fast = true}, folder);
  REQUIRE(testing::found_in(outcome, "EASGD").found == "-0.9000 and 0.9000");
  REQUIRE(testing::found_in(outcome, "EASGD").agrees == true);
  REQUIRE(testing::found_in(outcome, "LGD").found == "1.000000");
  REQUIRE(testing::found_in(outcome, "LGD").agrees == true);
  REQUIRE(testing::stems_in(outcome) == std::vector<std::string>{"x-lgd", "x-easgd"});
}
