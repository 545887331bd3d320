#include "cluster/report/axis_unit.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("an axis counts in units that keep its numbers short") {
  REQUIRE(time_unit(600).name == "s");
  REQUIRE(time_unit(601).name == "min");
  REQUIRE(time_unit(5 * 3600).size == 3600);
  REQUIRE(count_unit(19'999).name.empty());
  REQUIRE(count_unit(20'000).size == 1000);
  REQUIRE(count_unit(2e7).name == "millions");
  REQUIRE(bytes_unit(10).name == "KiB");
  REQUIRE(bytes_unit(3 << 20).name == "MiB");
  REQUIRE(bytes_unit(2e12).name == "TiB");
}

TEST_CASE("an axis is labelled with its unit where it has one") {
  REQUIRE(axis_label("training time", {60, "min"}) == "training time (min)");
  REQUIRE(axis_label("steps", {}) == "steps");
}
