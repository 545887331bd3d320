#include "cluster/preflight/preflight_report.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

run_config three_to_preflight() {
  run_config config;
  config.output.name = "far";
  config.groups = {.count = 3, .workers = 2};
  config.nodes = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  config.strategy.period_group = 4;
  config.strategy.period_global = 16;
  return config;
}

link_finding link_to(const std::string& node, double bytes_per_second, double round_trip) {
  return {.node = node,
          .round_trip_seconds = round_trip,
          .round_trip_p99_seconds = 2 * round_trip,
          .bytes_per_second = bytes_per_second,
          .problem = ""};
}

node_findings findings_of(const std::string& node, double step, std::vector<link_finding> links) {
  return {.node = node,
          .worker = {.seconds_a_step = step, .seconds_a_pull = step / 100, .seconds_a_copy = step / 200, .steps = 20},
          .model = "cnn7",
          .parameters = 351946,
          .snapshot_bytes = 1407784,
          .links = std::move(links)};
}

preflight_result without_c() {
  const link_finding lost{.node = "c", .problem = "not reached within 4 s"};
  return {.findings = {findings_of("a", 0.1, {link_to("b", 2e9, 1e-4), lost}),
                       findings_of("b", 0.2, {link_to("a", 1e9, 3e-4), lost})},
          .silent = {{.node = "c", .why = "ssh: connect to host c port 22: Connection refused"}}};
}

} // namespace

TEST_CASE("costs are those of the fastest worker and of the slowest link") {
  const auto costs = costs_of(three_to_preflight(), without_c());
  REQUIRE(costs);
  REQUIRE(costs->seconds_a_step == 0.1);
  REQUIRE(costs->seconds_a_pull == Approx(0.002));
  REQUIRE(costs->seconds_a_copy == Approx(0.001));
  REQUIRE(costs->bytes_per_second == 1e9);
  REQUIRE(costs->round_trip_seconds == 3e-4);
  REQUIRE(costs->snapshot_bytes == 1407784);
  REQUIRE(costs->workers_of_group == 2);
  REQUIRE(costs->workers == 6);
  REQUIRE(costs->nodes == 3);
  REQUIRE_FALSE(costs_of(three_to_preflight(), {}));
}

TEST_CASE("a silent node is named once, with what it said itself") {
  REQUIRE(problems_of(without_c())
          == std::vector<std::string>{"node c: ssh: connect to host c port 22: Connection refused"});
}

TEST_CASE("a node that works but is not reached is named with the way that does not work") {
  auto result = without_c();
  result.silent.clear();
  result.findings.push_back(findings_of("c", 0.1, {link_to("a", 1e9, 1e-4), link_to("b", 1e9, 1e-4)}));
  REQUIRE(problems_of(result)
          == std::vector<std::string>{"node c, from node a: not reached within 4 s",
                                      "node c, from node b: not reached within 4 s"});
  result.findings[0].links.pop_back();
  result.findings[1].links.pop_back();
  REQUIRE(problems_of(result).empty());
}

TEST_CASE("a report shows what was found beside what was not, and the file's periods beside the recommended ones") {
  const auto text = to_text(three_to_preflight(), without_c());
  CHECK_THAT(text, ContainsSubstring("far: cnn7 (351946 parameters), batches of 128, 1 thread a worker; a snapshot is "
                                     "1.408 MB\n"));
  CHECK_THAT(text, ContainsSubstring("\na                  100.000       1.000       0.500      20\n"));
  CHECK_THAT(text, ContainsSubstring("\nc               ssh: connect to host c port 22: Connection refused\n"));
  CHECK_THAT(text, ContainsSubstring("\na             b                      0.100     0.200    2000.0\n"));
  CHECK_THAT(text, ContainsSubstring("\na             c               not reached within 4 s\n"));
  CHECK_THAT(text, ContainsSubstring("\nrecommended                4              4          1.17 %"));
  CHECK_THAT(text, ContainsSubstring("\nthe file                   4             16          0.76 %"));
}

TEST_CASE("a run inside one process has neither links nor shares of them") {
  run_config config;
  config.output.name = "near";
  const preflight_result result{.findings = {findings_of("", 0.1, {})}, .silent = {}};
  const auto text = to_text(config, result);
  CHECK_THAT(text, ContainsSubstring("\nthis process       100.000 "));
  CHECK_THAT(text, ContainsSubstring("\nrecommended "));
  CHECK_THAT(text, !ContainsSubstring("MB/s"));
  CHECK_THAT(text, !ContainsSubstring("no link"));
  CHECK(problems_of(result).empty());
}

TEST_CASE("of a file whose workers ride alone no exchange is expected") {
  auto config = three_to_preflight();
  config.strategy.kind = "sgd";
  CHECK_THAT(to_text(config, without_c()),
             ContainsSubstring("\nthe file      no such exchange: strategy.kind is sgd\n"));
  CHECK(to_json(config, without_c())["file"].is_null());
}

TEST_CASE("programs get the same numbers as one object") {
  const auto document = to_json(three_to_preflight(), without_c());
  REQUIRE(document["nodes"].size() == 2);
  REQUIRE(document["nodes"][1]["links"][0]["bytes_per_second"] == 1e9);
  REQUIRE(document["silent"][0]["node"] == "c");
  REQUIRE(document["problems"].size() == 1);
  REQUIRE(document["recommended"]["period_group"] == 4);
  REQUIRE(document["file"]["period_global"] == 16);
  REQUIRE(document["file"]["bytes_per_second"].get<double>() == Approx(2 * 1407784 / 1.6));
  const auto nothing = to_json(three_to_preflight(), {.findings = {}, .silent = {{.node = "a", .why = "gone"}}});
  REQUIRE_FALSE(nothing.contains("recommended"));
  REQUIRE(nothing["problems"] == nlohmann::json::array({"node a: gone"}));
}
