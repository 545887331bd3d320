#include "cluster/report/run_data.hpp"

#include "cluster/config/config_error.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/report/example_run.hpp"

#include <cmath>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

TEST_CASE("a finished run is read from its logs and its summary") {
  const temporary_folder folder;
  example_run run{.metrics = {progress_line(1, "0.0", 10, 2.0), progress_line(1, "0.1", 12, 4.0), test_line(2, 40, 0.5),
                              progress_line(2, "0.0", 20, 1.0)},
                  .summary = {{"training_time", 2.5},
                              {"total_steps", 42},
                              {"steps_per_second", 16.8},
                              {"final_test", {{"centre_error", 0.25}, {"leader_error", nullptr}}}}};
  const auto data = read_run(run.write(folder));
  REQUIRE(data.name == "a");
  REQUIRE(data.training_seconds == 2.5);
  REQUIRE(data.total_steps == 42);
  REQUIRE(data.steps_per_second == 16.8);
  REQUIRE(data.final_test->centre_error == 0.25);
  REQUIRE(std::isnan(data.final_test->leader_error));
  REQUIRE(data.tests.at("").size() == 1);
  REQUIRE(data.tests.at("")[0].steps == 20);
  REQUIRE(std::isnan(data.tests.at("")[0].leader_error));
  REQUIRE(data.workers.size() == 2);
  REQUIRE_FALSE(data.snapshot_bytes);
  REQUIRE(data.missing.empty());
}

TEST_CASE("of a run that goes on its latest lines count, and what is missing is said") {
  const temporary_folder folder;
  const auto path = example_run{.metrics = {progress_line(4, "0.0", 10, 2.0)}}.write(folder);
  // As a power cut leaves it.
  write_contents(path / "metrics.jsonl", contents_of(path / "metrics.jsonl") + R"({"type":"progress","ti)");
  const auto data = read_run(path);
  REQUIRE(data.total_steps == 10);
  REQUIRE(data.training_seconds == 4);
  REQUIRE(data.steps_per_second == 2.5);
  REQUIRE_FALSE(data.final_test);
  REQUIRE(data.missing
          == std::vector<std::string>{"no summary.json: the run goes on or was killed, and its latest lines count",
                                      "no test so far"});
}

TEST_CASE("without a summary the last test of a run is its result") {
  const temporary_folder folder;
  const auto data = read_run(example_run{.metrics = {test_line(2, 40, 0.5), test_line(3, 60, 0.4)}}.write(folder));
  REQUIRE(data.final_test->centre_error == 0.4);
}

TEST_CASE("a run that has just begun has nothing, and says so") {
  const temporary_folder folder;
  const auto path = example_run{}.write(folder);
  std::filesystem::remove(path / "metrics.jsonl");
  std::filesystem::remove(path / "leadership.jsonl");
  const auto data = read_run(path);
  REQUIRE(data.tests.empty());
  REQUIRE(data.progress.empty());
  REQUIRE(data.missing.size() == 3);
}

TEST_CASE("lines that cannot be of the run are counted and left out") {
  const temporary_folder folder;
  const auto path = example_run{.metrics = {progress_line(-5, "0.0", 10, 2.0), test_line(-1, 2, 0.5),
                                            progress_line(1, "99999.99999", 10, 2.0), progress_line(4, "0.0", 12, 1.0)},
                                .summary = json::object()}
                      .write(folder);
  const auto data = read_run(path);
  REQUIRE(data.tests.empty());
  REQUIRE(data.progress.size() == 1);
  REQUIRE(data.workers.size() == 2);
  REQUIRE(data.total_steps == 12);
  REQUIRE(data.missing.back() == "3 lines of its logs cannot be read and are left out");
}

TEST_CASE("a damaged summary is told from a missing one") {
  const temporary_folder folder;
  const auto path = example_run{.metrics = {progress_line(4, "0.0", 10, 2.0)}}.write(folder);
  write_contents(path / "summary.json", "{\"a\":");
  REQUIRE(read_run(path).missing.front() == "its summary.json is damaged, and the latest lines of its logs count");
}

TEST_CASE("lines in the middle of a log that are no records are counted and left out") {
  const temporary_folder folder;
  const auto path = example_run{.summary = json::object()}.write(folder);
  write_contents(path / "metrics.jsonl",
                 "rubbish\n" + test_line(1, 2, 0.5).dump() + "\n[1]\n" + progress_line(1, "0.0", 1, 1).dump() + "\n");
  const auto data = read_run(path);
  REQUIRE(data.tests.at("").size() == 1);
  REQUIRE(data.missing == std::vector<std::string>{"2 lines of its logs cannot be read and are left out"});
}

TEST_CASE("nodes that nobody has gathered yet are read from their own folders, a decision that both tell of once") {
  const temporary_folder folder;
  const json nodes{{"nodes", {{{"name", "a"}}, {{"name", "b"}}}}, {"groups", {{"count", 2}, {"workers", 2}}}};
  const auto path = example_run{.changes = nodes}.write(folder);
  std::filesystem::remove(path / "metrics.jsonl");
  auto decision = decision_line(1, "global", "1.0");
  decision["decision"] = 1;
  for (const std::string name : {"a", "b"}) {
    std::filesystem::create_directories(path / "nodes" / name);
    write_contents(path / "nodes" / name / "metrics.jsonl",
                   example_run::lines({progress_line(1, name == "a" ? "0.0" : "1.0", 10, 2), test_line(1, 40, 0.5)}));
    write_contents(path / "nodes" / name / "leadership.jsonl", example_run::lines({decision}));
  }
  const auto data = read_run(path);
  REQUIRE(data.total_steps == 20);
  REQUIRE(data.leadership.global_decisions() == 1);
  REQUIRE(data.tests.size() == 2);
  // Of the two workers of a node.
  REQUIRE(data.tests.at("b")[0].steps == 20);
  REQUIRE_FALSE(data.final_test);
}

TEST_CASE("the test of the whole run is its result and no point of its nodes' curves") {
  const temporary_folder folder;
  const json nodes{{"nodes", {{{"name", "a"}}, {{"name", "b"}}}}, {"groups", {{"count", 2}, {"workers", 1}}}};
  auto of_node = test_line(1, 20, 0.5);
  of_node["told_by"] = "a";
  const auto data = read_run(example_run{.changes = nodes,
                                         .metrics = {of_node, test_line(2, 40, 0.25)},
                                         .summary = {{"final_test", {{"centre_error", 0.25}}}}}
                               .write(folder));
  REQUIRE(data.tests.size() == 1);
  REQUIRE(data.tests.at("a")[0].steps == 20);
  REQUIRE(data.final_test->centre_error == 0.25);
}

TEST_CASE("what is no run is refused in one line with its path") {
  const temporary_folder folder;
  REQUIRE_THROWS_WITH(read_run(folder / "missing"), ContainsSubstring("missing: there is no such folder"));
  REQUIRE_THROWS_WITH(read_run(folder.path()), ContainsSubstring(": is not the folder of a run"));
}

TEST_CASE("a run with a configuration of a newer version is refused by the key that is unknown") {
  const temporary_folder folder;
  const auto path = example_run{}.write(folder);
  auto config = json::parse(contents_of(path / "config.json"));
  config["strategy"]["newest"] = 1;
  write_contents(path / "config.json", config.dump());
  REQUIRE_THROWS_AS(read_run(path), config_errors);
  REQUIRE_THROWS_WITH(read_run(path), ContainsSubstring("config.json: strategy.newest: unknown key"));
}

TEST_CASE("a log that is a folder is refused") {
  const temporary_folder folder;
  const auto path = example_run{}.write(folder);
  std::filesystem::remove(path / "metrics.jsonl");
  std::filesystem::create_directory(path / "metrics.jsonl");
  REQUIRE_THROWS_AS(read_run(path), invalid_input);
}
