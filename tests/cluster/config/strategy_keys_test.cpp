#include "cluster/config/strategy_keys.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

#include "cluster/config/run_config_json.hpp"

using namespace paceline;
using namespace paceline::testing;

namespace {

run_config with_strategy(const std::string& strategy) {
  return parse_config(R"({"budget": {"steps": 1}, "strategy": )" + strategy + "}", "x.json");
}

std::vector<std::string> strategy_errors(const std::string& strategy) {
  return errors_of(R"({"budget": {"steps": 1}, "strategy": )" + strategy + "}");
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("a strategy has its own keys, and another one's are errors that say so") {
  REQUIRE(with_strategy(R"({"kind": "easgd", "period": 4, "alpha": 0.2, "synchronous": true})").strategy.easgd.alpha
          == 0.2);
  REQUIRE(
    strategy_errors(R"({"kind": "easgd", "pull_group": 0.1})")
    == lines{"x.json: strategy.pull_group: unknown key with kind \"easgd\"; known here: kind, period, alpha, beta, "
             "synchronous, loss_window, start"});
  REQUIRE(
    strategy_errors(R"({"kind": "sgd", "period_group": 4})")
    == lines{"x.json: strategy.period_group: unknown key with kind \"sgd\"; known here: kind, loss_window, start"});
  REQUIRE(strategy_errors(R"({"alpha": 4})")[0].find("unknown key with kind \"lsgd\"") != std::string::npos);
}

TEST_CASE("where the kind itself is wrong only that is told") {
  REQUIRE(strategy_errors(R"({"kind": "easdg", "period": 4})")
          == lines{"x.json: strategy.kind: found \"easdg\", allowed: one of \"lsgd\", \"lgd\", \"easgd\", \"eamsgd\", "
                   "\"downpour\", \"sync_sgd\", \"local_sgd\", \"diloco\" or \"sgd\"; did you mean \"easgd\"?"});
}

TEST_CASE("DiLoCo needs inner steps") {
  REQUIRE(strategy_errors(R"({"kind": "diloco", "inner_steps": 0})")
          == lines{"x.json: strategy.inner_steps: found 0, allowed: an integer of at least 1"});
}

TEST_CASE("DiLoCo without a section optimizer has its paper's") {
  const auto usual = with_strategy(R"({"kind": "diloco"})").optimizer;
  REQUIRE(usual.kind == optimiser_kind::adamw);
  REQUIRE(usual.learning_rate == 4e-4);
  REQUIRE(usual.weight_decay == 0.1);
  REQUIRE(usual.clip == 1);
  const auto given = parse_config(
    R"({"budget": {"steps": 1}, "strategy": {"kind": "diloco"}, "optimizer": {"learning_rate": 0.5}})", "x.json");
  REQUIRE(given.optimizer.kind == optimiser_kind::sgd);
  REQUIRE(given.optimizer.clip == 0);
}

TEST_CASE("momentum of EAMSGD stands in the strategy alone") {
  REQUIRE(
    errors_of(R"({"budget": {"steps": 1}, "strategy": {"kind": "eamsgd"}, "optimizer": {"momentum": 0.9}})").size()
    == 1);
  REQUIRE(errors_of(R"({"budget": {"steps": 1}, "strategy": {"kind": "eamsgd", "momentum": 0.5}})").empty());
}

TEST_CASE("an optimizer has its own keys") {
  REQUIRE(errors_of(R"({"budget": {"steps": 1}, "optimizer": {"kind": "adamw", "momentum": 0.9}})")[0].find(
            "optimizer.momentum: unknown key with kind \"adamw\"")
          != std::string::npos);
  REQUIRE(
    errors_of(R"({"budget": {"steps": 1}, "optimizer": {"kind": "lars", "trust": 0.01, "momentum": 0.9}})").empty());
}

TEST_CASE("a function stands beside no model and no data, on the CPU of one process") {
  const auto errors = [](const std::string& rest) {
    return errors_of(R"({"budget": {"steps": 1}, "objective": {"kind": "sinc"})" + rest + "}");
  };
  REQUIRE(errors("").empty());
  REQUIRE(
    errors(R"(, "model": "mlp")")
    == lines{"x.json: objective.kind: found \"sinc\" next to model, allowed: no model, which only \"network\" has"});
  REQUIRE(errors(R"(, "device": {"backend": "cuda:0"})").size() == 1);
  REQUIRE(errors(R"(, "data": {"kind": "glyphs"})").size() == 1);
  REQUIRE(errors_of(R"({"budget": {"steps": 1}, "objective": {"kind": "sinc", "rank": 3}})").size() == 1);
  REQUIRE(errors_of(R"({"budget": {"steps": 1}, "objective": {"kind": "sinc", "starts": [[1, "a"]]}})")[0].find(
            "a list with a point for each worker")
          != std::string::npos);
}
