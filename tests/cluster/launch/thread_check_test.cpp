#include "cluster/launch/thread_check.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("a few threads more are given") {
  REQUIRE_NOTHROW(require_threads(8));
}
