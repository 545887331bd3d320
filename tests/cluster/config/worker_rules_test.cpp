#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

#include "cluster/config/hyperparameters.hpp"
#include "cluster/config/run_config_json.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace paceline::testing;

namespace {

using lines = std::vector<std::string>;

std::string file_with(const std::string& workers, const std::string& more = "") {
  return R"({"groups": {"count": 2, "workers": 2}, "budget": {"steps": 1}, "workers": )" + workers + more + "}";
}

std::vector<double> rates_of(const run_config& config) {
  std::vector<double> rates;
  for (std::size_t i = 0; i < config.workers(); ++i)
    rates.push_back(config_of_worker(config, i).optimizer.learning_rate);
  return rates;
}

} // namespace

TEST_CASE("a list gives each worker its own value, over all groups") {
  const auto config = parse_config(file_with(R"({"learning_rate": [0.4, 0.3, 0.2, 0.1]})"), "x.json");
  REQUIRE(rates_of(config) == std::vector{0.4, 0.3, 0.2, 0.1});
  REQUIRE(config_of_worker(config, 2).strategy.pull_group == 0.1);
}

TEST_CASE("a rule gives each worker the value before it times a factor") {
  const auto config = parse_config(file_with(R"({"learning_rate": {"first": 0.4, "factor": 0.5}})"), "x.json");
  REQUIRE(rates_of(config) == std::vector{0.4, 0.2, 0.1, 0.05});
}

TEST_CASE("what a single worker has for itself comes before lists and rules") {
  const auto config = parse_config(
    file_with(R"({"learning_rate": {"first": 0.4, "factor": 0.5}, "3": {"learning_rate": 0.7, "pull_group": 0.9}})"),
    "x.json");
  REQUIRE(rates_of(config) == std::vector{0.4, 0.2, 0.1, 0.7});
  REQUIRE(config_of_worker(config, 3).strategy.pull_group == 0.9);
  REQUIRE(config_of_worker(config, 0).strategy.pull_group == 0.1);
}

TEST_CASE("a single worker's setting can be given on the command line") {
  const auto config =
    parse_config(R"({"budget": {"steps": 1}})", "x.json", std::vector<std::string>{"workers.3.learning_rate=0.01"});
  REQUIRE(rates_of(config) == std::vector{0.1, 0.1, 0.1, 0.01});
}

TEST_CASE("what workers have for themselves is in the resolved file") {
  const auto config = parse_config(
    file_with(R"({"momentum": null, "clip": [1, 2, 3, 4], "1": {"weight_decay": 0.5}, "0": {}})"), "x.json");
  const auto json = to_json(config);
  REQUIRE(json["workers"]["clip"] == config_json{1.0, 2.0, 3.0, 4.0});
  REQUIRE(json["workers"]["momentum"].is_null());
  REQUIRE(json["workers"]["1"] == config_json{{"weight_decay", 0.5}});
  REQUIRE(to_json(from_json(json, "x.json")) == json);
}

TEST_CASE("workers that there are not, and lists of another length, are refused") {
  REQUIRE(errors_of(file_with(R"({"4": {"clip": 1}})"))
          == lines{"x.json: workers.4: found worker 4 of 4, allowed: 0 to 3, counted over all groups"});
  REQUIRE(errors_of(file_with(R"({"clip": [1, 2]})"))
          == lines{"x.json: workers.clip: found 2 values for 4 workers, allowed: a value for each worker"});
  REQUIRE(errors_of(file_with(R"({"03": {}})"))[0].starts_with("x.json: workers.03: unknown key"));
}

TEST_CASE("values out of their range are refused, of rules too") {
  REQUIRE(errors_of(file_with(R"({"pull_group": [0, 1, 2, 0]})"))
          == lines{"x.json: workers.pull_group: found [0,1,2,0], allowed: a list with a number from 0 to 1 for each "
                   "worker, or a rule such as {\"first\": 0.4, \"factor\": 0.5}, or null"});
  REQUIRE(errors_of(file_with(R"({"pull_group": {"first": 0.5, "factor": 2}})"))
          == lines{"x.json: workers.pull_group: found a rule that gives worker 2 2, allowed: a number from 0 to 1"});
  REQUIRE(errors_of(file_with(R"({"1": {"learning_rate": 0}})"))
          == lines{"x.json: workers.1.learning_rate: found 0, allowed: a number above 0 and at most 1e+30, or null"});
}

TEST_CASE("hyperparameters that the strategy or the optimizer has not are refused") {
  REQUIRE(
    errors_of(file_with(R"({"trust": [1, 1, 1, 1]})"))
    == lines{"x.json: workers.trust: found a value, in a run whose strategy \"lsgd\" and optimizer have no trust of "
             "each worker, allowed: no value"});
  for (const auto* strategy : {"easgd", "sync_sgd", "sgd"})
    REQUIRE(
      errors_of(file_with(R"({"0": {"pull_group": 1}})", R"(, "strategy": {"kind": ")" + std::string(strategy) + "\"}"))
        .size()
      == 1);
  REQUIRE(errors_of(file_with(R"({"0": {"learning_rate": 1}})", R"(, "strategy": {"kind": "sync_sgd"})")).size() == 1);
}

TEST_CASE("some workers with momentum and others without are refused") {
  REQUIRE(errors_of(file_with(R"({"1": {"momentum": 0.9}})"))
          == lines{"x.json: workers: found a momentum of 0.9 for worker 1 with an optimizer.momentum of 0, allowed: "
                   "momenta above 0 in both, or in neither"});
  REQUIRE_NOTHROW(
    parse_config(file_with(R"({"1": {"momentum": 0.9}})", R"(, "optimizer": {"momentum": 0.5})"), "x.json"));
}
