#include "cluster/reproduce/experiment.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("findings become rows, and what cannot be compared has no verdict") {
  const auto table = findings_table({{"a", "1", "1", true}, {"b", "2", "3", false}, {.what = "c", .found = "4"}});
  REQUIRE(table.rows
          == std::vector<std::vector<std::string>>{
            {"a", "1", "1", "agrees"}, {"b", "2", "3", "differs"}, {"c", "4", "–", "–"}});
}
