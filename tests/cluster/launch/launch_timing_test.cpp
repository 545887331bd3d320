#include "cluster/launch/launch_timing.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("all time limits of a launch follow from patience, and ssh's are whole seconds of at least one") {
  const launch_timing timing(2s);
  REQUIRE(timing.first_restart_wait == 500ms);
  REQUIRE(timing.longest_restart_wait == 8s);
  REQUIRE(timing.first_worker_restart_wait == 200ms);
  REQUIRE(timing.longest_worker_restart_wait == 30s);
  REQUIRE(timing.ssh_connect == 10s);
  REQUIRE(timing.ssh_alive == 2s);
  REQUIRE(launch_timing(100ms).ssh_alive == 1s);
  REQUIRE(launch_timing(1300ms).ssh_connect == 7s);
}
