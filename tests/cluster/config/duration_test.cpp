#include "cluster/config/duration.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("a duration is a number with its unit") {
  REQUIRE(parse_duration("30s") == 30s);
  REQUIRE(parse_duration("10min") == 10min);
  REQUIRE(parse_duration("1.5h") == 90min);
  REQUIRE(parse_duration("250ms") == 250ms);
  REQUIRE(parse_duration("2 h") == 2h);
  REQUIRE(parse_duration("1d") == 24h);
  REQUIRE(parse_duration("7us") == 7us);
  REQUIRE(parse_duration("0.1s") == 100ms);
  REQUIRE(parse_duration("0s") == 0s);
  REQUIRE(parse_duration("9223372036854775807ns") == std::chrono::nanoseconds::max());
}

TEST_CASE("what is no duration is not read as one") {
  for (const auto* text : {"",          "s",
                           "30",        "30 ",
                           "-1s",       "+1s",
                           "1m",        "1S",
                           "1  s",      "1.s",
                           ".5s",       "1.2.3s",
                           "1e3s",      " 1s",
                           "1s ",       "nans",
                           "infs",      "9223372036854775808ns",
                           "300000d",   "99999999999999999999s",
                           "300000.5d", "1,5h"})
    CHECK(!parse_duration(text));
}

TEST_CASE("a duration is written in the largest unit of which it is a whole number, and read back exactly") {
  REQUIRE(format_duration(90s) == "90s");
  REQUIRE(format_duration(120s) == "2min");
  REQUIRE(format_duration(90min) == "90min");
  REQUIRE(format_duration(48h) == "2d");
  REQUIRE(format_duration(1500ms) == "1500ms");
  REQUIRE(format_duration(0s) == "0s");
  for (const std::chrono::nanoseconds duration : {0ns, 1ns, 1234567891234567891ns, std::chrono::nanoseconds(1h)})
    REQUIRE(parse_duration(format_duration(duration)) == duration);
}
