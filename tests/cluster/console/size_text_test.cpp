#include "cluster/console/size_text.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("sizes are told in MiB, and in KiB where that would be 0.0") {
  REQUIRE(size_text(0) == "0.0 KiB");
  REQUIRE(size_text(100 * 1024) == "100.0 KiB");
  REQUIRE(size_text(1024 * 1024 / 10 + 1) == "0.1 MiB");
  REQUIRE(size_text(1.3 * 1024 * 1024) == "1.3 MiB");
}
