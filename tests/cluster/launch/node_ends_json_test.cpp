#include "cluster/launch/node_ends_json.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace paceline;
using nlohmann::json;

namespace {

std::vector<supervised_end> read(const char* nodes) {
  return ends_from_json({{"nodes", json::parse(nodes)}});
}

} // namespace

TEST_CASE("the ends of nodes are read back as they were written") {
  const std::vector<supervised_end> ends{
    {.name = "a", .restarts = 2, .code = 137, .given_up = true},
    {.name = "b", .stopped = true},
    {.name = "c", .restarts = std::numeric_limits<std::uint32_t>::max(), .code = 0}};
  const auto written = to_json(ends);
  const auto found = ends_from_json(json::parse(written.dump()));
  REQUIRE(to_json(found) == written);
  REQUIRE(found[0].code == 137);
  REQUIRE_FALSE(found[1].code);
}

TEST_CASE("ends that are damaged are left out, and numbers that no process has are brought into their range") {
  for (const auto* text : {"{}", "[]", "null", "3", "{\"nodes\":3}", "{\"nodes\":[{}]}"})
    REQUIRE(ends_from_json(json::parse(text)).empty());
  REQUIRE(ends_from_json(json::parse("{", nullptr, false)).empty());
  for (const auto* restarts : {"-1", "1.5", "1e300", "\"2\"", "null"})
    REQUIRE(
      read(("[{\"node\":\"a\",\"exit_code\":0,\"given_up\":false,\"restarts\":" + std::string(restarts) + "}]").c_str())
        .empty());
  const auto found = read("[{\"node\":\"a\",\"exit_code\":-7,\"given_up\":false,\"restarts\":4294967296},"
                          "{\"node\":\"b\",\"exit_code\":4294967295,\"given_up\":false,\"restarts\":0},3]");
  REQUIRE(found.size() == 2);
  REQUIRE(found[0].restarts == std::numeric_limits<std::uint32_t>::max());
  REQUIRE(found[0].code == 0);
  REQUIRE(found[1].code == 255);
}
