#include "cluster/launch/earlier_part.hpp"

#include "cluster/files/io_failure.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/launcher.hpp"
#include "cluster/launch/resumed_config.hpp"
#include "cluster/launch/training_problem.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/launch/tiny_run.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("what a run lost leaves its logs, but not what tells of failures, faults and other nodes") {
  const temporary_folder folder;
  auto run = run_folder::create(folder / "run");
  run.keep();
  {
    json_lines metrics(run.metrics());
    metrics.append({{"type", "progress"}, {"time", 1.0}});
    metrics.append({{"type", "node"}, {"time", 2.0}, {"node", "b"}, {"live", true}});
    metrics.append({{"type", "fault"}, {"time", 5.0}, {"kind", "kill_node"}});
    metrics.append({{"type", "failure"}, {"time", 6.0}, {"code", "worker_step_failed"}});
    metrics.append({{"type", "pull"}, {"time", 7.0}});
    json_lines(run.leadership()).append({{"type", "leader"}, {"time", 3.0}});
  }
  const auto earlier = trim_logs(run, nullptr);
  REQUIRE(earlier.latest == 0s);
  REQUIRE(earlier.latest_fault == 5s);
  std::vector<std::string> left;
  std::istringstream text(contents_of(run.metrics()));
  for (std::string line; std::getline(text, line);)
    left.push_back(json::parse(line)["type"]);
  REQUIRE(left == std::vector<std::string>{"node", "fault", "failure"});
  REQUIRE(contents_of(run.leadership()).empty());
}

TEST_CASE("a run goes on from its latest checkpoint that can be read, and says which cannot") {
  const temporary_folder folder;
  const auto path = folder / "tiny";
  std::ostringstream said;
  launch({.config = tiny_run(folder.path())}, said, said);
  launch({.config = config_of_run(path, {"budget.steps=48"}), .resume = true}, said, said);
  auto config = config_of_run(path, {});
  const auto task = load_problem(config);
  const auto plan = make_plan(config, task);
  const auto older = path / "checkpoints" / "step-000000096";
  const auto newer = path / "checkpoints" / "step-000000192";
  auto run = run_folder::resume(path);
  run.keep();
  const auto load = [&](bool without_one = false) {
    return load_state(run, task->layout(), plan, config, without_one);
  };
  REQUIRE(load().state->total_steps == 192);
  REQUIRE(load().damaged.empty());

  SECTION("a file of it is lost") {
    std::filesystem::remove(newer / "worker-0.1.safetensors");
    const auto found = load();
    REQUIRE(found.state->total_steps == 96);
    REQUIRE(found.damaged.size() == 1);
    REQUIRE(found.damaged[0].path == newer);
    // Looking alone moves nothing.
    REQUIRE(std::filesystem::exists(newer));
  }
  SECTION("all are damaged") {
    write_contents(older / "state.json", "");
    write_contents(newer / "state.json", "{");
    REQUIRE_THROWS_AS(load(), invalid_input);
    REQUIRE_THROWS_WITH(load(), Catch::Matchers::StartsWith(newer.string()));
    const auto without_one = load(true);
    REQUIRE(without_one.state == nullptr);
    REQUIRE(without_one.damaged.size() == 2);
  }
  SECTION("it is of another optimiser, which no older one would mend") {
    config.optimizer.momentum = config.optimizer.momentum == 0 ? 0.9f : 0;
    REQUIRE_THROWS_WITH(load(), Catch::Matchers::StartsWith(newer.string()));
  }
  SECTION("it cannot be read just now, which does not make it damaged") {
    // A folder in a file's place: root too cannot read that.
    std::filesystem::remove(newer / "state.json");
    std::filesystem::create_directory(newer / "state.json");
    REQUIRE_THROWS_AS(load(), io_failure);
    REQUIRE(std::filesystem::exists(newer));
  }
}
