#include "cluster/report/run_tables.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

run_data run_with_error(double error, std::uint64_t seed) {
  run_data run;
  run.folder = "runs/a";
  run.config.seed = seed;
  run.total_steps = 20;
  run.workers = {{0, 0}, {0, 1}};
  run.final_test = run_test{.centre_error = error};
  run.tests[""] = {{.centre_error = 0.05}, {.centre_error = error}};
  run.missing = {"no progress so far", "no test so far"};
  return run;
}

std::string cell(const page_table& table, const std::string& head) {
  for (std::size_t i = 0; i < table.head.size(); ++i)
    if (table.head[i] == head)
      return table.rows.at(0).at(i);
  return "no column " + head;
}

} // namespace

TEST_CASE("numbers of several runs are their mean with the least and the greatest") {
  REQUIRE(spread_text({0.1, 0.2, 0.6}, 2) == "0.30 (0.10\u00a0to\u00a00.60)");
  REQUIRE(spread_text({0.101, 0.102}, 2) == "0.10");
  REQUIRE(spread_text({not_measured, 7}, 0) == "7");
  REQUIRE(spread_text({not_measured}, 0) == "–");
  REQUIRE(spread_text({}, 0) == "–");
}

TEST_CASE("a series' results are in one row") {
  const auto table = results_table({{.name = "A", .runs = {run_with_error(0.1, 3), run_with_error(0.2, 4)}}});
  REQUIRE(table.rows.size() == 1);
  REQUIRE(cell(table, "series") == "A");
  REQUIRE(cell(table, "runs") == "2");
  REQUIRE(cell(table, "seeds") == "3, 4");
  REQUIRE(cell(table, "steps a worker") == "10");
  REQUIRE(cell(table, "centre: error (%)") == "15.00 (10.00\u00a0to\u00a020.00)");
  REQUIRE(cell(table, "centre: least error (%)") == "5.00");
  REQUIRE(cell(table, "leader: error (%)") == "–");
}

TEST_CASE("a series' exchange is in one row") {
  auto run = run_with_error(0.1, 3);
  run.group_pull_count = 7;
  const auto table = exchange_table({{.name = "A", .runs = {run}}});
  REQUIRE(cell(table, "steps/s") == "–");
  REQUIRE(cell(table, "group pulls") == "7");
  REQUIRE(cell(table, "global decisions") == "0");
}

TEST_CASE("the differences of series have a column for each of them") {
  auto other = run_with_error(0.1, 1);
  other.config.strategy.kind = "sgd";
  const auto table =
    differences_table({{.name = "A", .runs = {run_with_error(0.1, 1)}}, {.name = "B", .runs = {other}}});
  REQUIRE(table.head == std::vector<std::string>{"key", "A", "B"});
  REQUIRE(table.rows == std::vector<std::vector<std::string>>{{"strategy.kind", "lsgd", "sgd"}});
}

TEST_CASE("each run says what it lacks") {
  const auto table = runs_table({{.name = "A", .runs = {run_with_error(0.1, 1)}}});
  REQUIRE(cell(table, "run") == "runs/a");
  REQUIRE(cell(table, "what is missing") == "no progress so far; no test so far");
}
