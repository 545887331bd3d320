#include "cluster/launch/objective_problem.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/config/strategy_keys.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/launcher.hpp"
#include "cluster/launch/resumed_config.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <sstream>

using namespace paceline;
using Catch::Matchers::Contains;

namespace {

run_config config_with(const std::string& objective, const std::string& strategy = R"({"kind": "lgd"})") {
  return parse_config(R"({"groups": {"workers": 2}, "budget": {"steps": 24}, "optimizer": {"learning_rate": 0.05},
                          "objective": )"
                        + objective + R"(, "strategy": )" + strategy + "}",
                      "x.json");
}

std::vector<float> start_of(const training_problem& task, std::size_t position) {
  std::vector<float> start(task.layout().size());
  task.make_trainer(position, nullptr)->copy_parameters(start);
  return start;
}

} // namespace

TEST_CASE("workers of a function start where they are told to, else at random points of their own") {
  const auto placed = load_problem(config_with(R"({"kind": "sinc", "starts": [[-6, -4], [20, 11]]})"));
  REQUIRE(start_of(*placed, 1) == std::vector<float>{20, 11});
  const auto random = load_problem(config_with(R"({"kind": "sinc"})"));
  REQUIRE(start_of(*random, 0) != start_of(*random, 1));
  const auto together = load_problem(config_with(R"({"kind": "sinc"})", R"({"kind": "downpour"})"));
  REQUIRE(start_of(*together, 0) == start_of(*together, 1));
}

TEST_CASE("points to start from are one for each worker, of the function's dimensions") {
  REQUIRE_THROWS_WITH(load_problem(config_with(R"({"kind": "sinc", "starts": [[1, 2]]})")),
                      "objective.starts: found 1 points, allowed: one for each of 2 workers, or none");
  REQUIRE_THROWS_WITH(load_problem(config_with(R"({"kind": "sinc", "starts": [[1, 2], [3]]})")),
                      "objective.starts[1]: found 1 numbers, allowed: 2, the dimensions of sinc");
}

TEST_CASE("a worker of a function makes its steps with what the file says for it alone") {
  auto config = config_with(R"({"kind": "double_well"})");
  config.workers_apart.of_all["learning_rate"] = std::vector{0.5, 0.25};
  const auto task = load_problem(config);
  REQUIRE(task->make_trainer(0, nullptr)->learning_rate() == 0.5);
  REQUIRE(task->make_trainer(1, nullptr)->learning_rate() == 0.25);
}

TEST_CASE("a function larger than memory is refused before it is made") {
  REQUIRE_THROWS_AS(load_problem(config_with(R"({"kind": "matrix_completion", "size": 1000000})")), std::runtime_error);
  REQUIRE_THROWS_WITH(
    load_problem(config_with(R"({"kind": "logistic_regression", "features": 1000000, "examples": 100000000})")),
    Contains("logistic_regression of 100000000 examples of 1000000 features"));
}

TEST_CASE("a test of a function tells its value and no error") {
  const auto score =
    load_problem(config_with(R"({"kind": "double_well"})"))->make_test()(std::vector<float>{0}, nullptr);
  REQUIRE(score.loss == 0.25);
  REQUIRE(std::isnan(score.error));
}

TEST_CASE(
  "every strategy minimises every function, freely and in lock-step, and a run in lock-step goes on to the bit") {
  const temporary_folder folder;
  for (const std::string objective :
       {R"({"kind": "sinc"})", R"({"kind": "double_well"})", R"({"kind": "convex_quadratic", "dimensions": 4})",
        R"({"kind": "matrix_completion", "size": 6, "rank": 2})", R"({"kind": "logistic_regression", "examples": 50})"})
    for (const auto& kind : strategy_keys::kinds()) {
      INFO(objective << " by " << kind);
      const auto run = [&](const std::string& name, std::uint64_t steps, bool lockstep) {
        auto config = config_with(objective, R"({"kind": ")" + kind + R"("})");
        config.strategy.diloco.period = 10;
        config.optimizer.learning_rate = 1e-3;
        config.budget.steps = steps;
        config.deterministic = lockstep;
        config.output = {.folder = folder.path(), .name = name};
        std::ostringstream said;
        INFO(said.str());
        REQUIRE(launch({.config = config}, said, said) == launch_exit::finished);
        REQUIRE_THAT(said.str(), Contains("value        centre"));
      };
      const auto name = kind + std::to_string(std::hash<std::string>{}(objective));
      run(name + "-free", 24, false);
      run(name + "-whole", 24, true);
      run(name + "-cut", 11, true);
      std::ostringstream said;
      REQUIRE(
        launch({.config = config_of_run(folder / (name + "-cut"), {"budget.steps=24"}), .resume = true}, said, said)
        == launch_exit::finished);
      for (const std::string file : {"worker-0.0.safetensors", "worker-0.1.safetensors", "centre.safetensors"})
        REQUIRE(contents_of(folder / (name + "-cut") / "checkpoints/step-000000048" / file)
                == contents_of(folder / (name + "-whole") / "checkpoints/step-000000048" / file));
    }
}

TEST_CASE("a traced run tells of every point of every worker once, also where it was cut and goes on") {
  const temporary_folder folder;
  for (const std::string kind : {"lgd", "easgd", "downpour", "sync_sgd"})
    for (const bool lockstep : {true, false}) {
      INFO(kind << " in lock-step " << lockstep);
      auto config = config_with(R"({"kind": "double_well", "starts": [[-1.2], [0.5]], "trace": 1})",
                                R"({"kind": ")" + kind + R"("})");
      config.deterministic = lockstep;
      config.budget.steps = 11;
      config.output = {.folder = folder.path(), .name = kind + (lockstep ? "-lockstep" : "-free")};
      std::ostringstream said;
      REQUIRE(launch({.config = config}, said, said) == launch_exit::finished);
      const auto run = folder / config.output.name;
      REQUIRE(launch({.config = config_of_run(run, {"budget.steps=24"}), .resume = true}, said, said)
              == launch_exit::finished);
      std::map<std::string, std::vector<std::uint64_t>> steps;
      std::istringstream log(contents_of(run / "metrics.jsonl"));
      for (std::string line; std::getline(log, line);) {
        const auto record = nlohmann::json::parse(line);
        if (record["type"] != "point")
          continue;
        steps[record["worker"]].push_back(record["steps"]);
        const auto x = record["point"].at(0).get<double>();
        REQUIRE(record["loss"].get<double>() == Approx((x * x - 1) * (x * x - 1) / 4));
      }
      // Steps are so short that one worker of a free run may make all of them.
      REQUIRE(steps["0.0"].size() + steps["0.1"].size() == 48);
      for (const auto& [worker, of_worker] : steps)
        for (std::size_t i = 0; i < of_worker.size(); ++i)
          REQUIRE(of_worker[i] == i);
    }
}

TEST_CASE("an alpha that overshoots is warned of with its bound") {
  auto config = config_with(R"({"kind": "sinc"})", R"({"kind": "easgd", "alpha": 1.5})");
  config.optimizer.learning_rate = 0.4;
  const auto warnings = warnings_of(config);
  REQUIRE(warnings.size() == 1);
  REQUIRE(
    warnings[0]
    == "warning: strategy.alpha: 1.5 is unstable: worker and centre overshoot each other unless alpha is below 0.8889");
  config.strategy.easgd.alpha = 0.5;
  REQUIRE(warnings_of(config).empty());
}
