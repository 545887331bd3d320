#include "cluster/preflight/node_findings.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <string>

using namespace paceline;

namespace {

node_findings some_findings() {
  return {.node = "a",
          .worker = {.seconds_a_step = 0.1, .seconds_a_pull = 0.002, .seconds_a_copy = 0.003, .steps = 20},
          .model = "cnn7",
          .parameters = 351946,
          .snapshot_bytes = 1407784,
          .links = {{.node = "b", .round_trip_seconds = 1e-4, .round_trip_p99_seconds = 2e-4, .bytes_per_second = 1e9},
                    {.node = "c", .problem = "not reached within 4 s"}}};
}

} // namespace

TEST_CASE("a node's findings are one line of JSON, and what is read back is the same") {
  const auto text = to_json(some_findings()).dump();
  REQUIRE(text.find('\n') == std::string::npos);
  const auto read = findings_from_json(text);
  REQUIRE(read);
  REQUIRE(to_json(*read) == to_json(some_findings()));
  REQUIRE(read->links[1].problem == "not reached within 4 s");
}

TEST_CASE("a line that is no finding is none, whatever it is") {
  for (const std::string text : {"", "Welcome to host b!", "{}", "[]", "null", "{\"node\":", "{\"node\":\"a\"}"})
    REQUIRE_FALSE(findings_from_json(text));
  const auto whole = to_json(some_findings());
  for (const auto& [key, value] : whole.items()) {
    auto without = whole;
    without.erase(key);
    INFO(key);
    REQUIRE_FALSE(findings_from_json(without.dump()));
    auto wrong = whole;
    wrong[key] = nullptr;
    REQUIRE_FALSE(findings_from_json(wrong.dump()));
  }
}

TEST_CASE("counts that are no whole numbers are refused") {
  for (const char* key : {"steps", "parameters", "snapshot_bytes"})
    for (const char* value : {"-1", "1e300", "2.5", "18446744073709551616"}) {
      auto wrong = to_json(some_findings());
      wrong[key] = nlohmann::json::parse(value);
      INFO(wrong.dump());
      REQUIRE_FALSE(findings_from_json(wrong.dump()));
    }
}

TEST_CASE("numbers that nobody can have measured are refused") {
  auto without_time = some_findings();
  without_time.worker.seconds_a_step = 0;
  REQUIRE_FALSE(findings_from_json(to_json(without_time).dump()));
  auto negative = some_findings();
  negative.links[0].bytes_per_second = -1;
  REQUIRE_FALSE(findings_from_json(to_json(negative).dump()));
  auto infinite = some_findings();
  infinite.worker.seconds_a_pull = std::numeric_limits<double>::infinity();
  REQUIRE_FALSE(findings_from_json(to_json(infinite).dump()));
}
