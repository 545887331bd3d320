#include "cluster/bench/plane_bench.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

TEST_CASE("the speed of the snapshot plane is a line a size that a person reads") {
  const plane_bench_result result{{{.megabytes = 16, .socket = 2, .frames = 1.9, .whole = 1}}};
  REQUIRE(to_text({.megabytes = {16}, .repeats = 7}, result)
          == "snapshots over TCP on loopback, GB/s (medians of 7):\n"
             "   16.0 MB: plain socket 2.00; frames 1.90 (0.95 of it); publish to follower 1.00 (0.50 of it)");
}

TEST_CASE("the speed of the snapshot plane is measured over real sockets and told to programs") {
  const plane_bench_settings settings{.megabytes = {0.1, 0.2}, .repeats = 2};
  const auto object = to_json(settings, run_plane_bench(settings));
  REQUIRE(object["benchmark"] == "plane");
  REQUIRE(object["sizes"].size() == 2);
  for (const auto& row : object["sizes"])
    for (const auto* key : {"socket_gb_per_second", "frames_gb_per_second", "whole_gb_per_second"})
      REQUIRE(row.at(key).get<double>() > 0);
}
