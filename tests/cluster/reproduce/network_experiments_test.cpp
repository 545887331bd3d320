#include "cluster/reproduce/experiments.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

using namespace paceline;
using Catch::Matchers::StartsWith;

namespace {

experiment network_called(const std::string& name) {
  return *experiments_named(std::vector<std::string>{name}).front();
}

} // namespace

TEST_CASE("networks need CIFAR-10's folder, or are tried on pictures that the program draws") {
  REQUIRE_THROWS_WITH(network_called("cnn7-4").plan({}),
                      "cnn7-4: needs CIFAR-10: --data FOLDER, as scripts/get-cifar10 fetches it, or --fast for a trial "
                      "on pictures that the program draws");
  REQUIRE(network_called("cnn7-4").plan({.fast = true})[0].config.data.kind == "glyphs");
}

TEST_CASE("networks run by the paper's settings: four workers a node, and SGD by one worker alone") {
  const auto runs = network_called("resnet20-16").plan({.data = "pictures"});
  REQUIRE(runs.size() == 4);
  const auto& lsgd = runs[0].config;
  REQUIRE(lsgd.groups.count == 4);
  REQUIRE(lsgd.groups.workers == 4);
  REQUIRE(lsgd.strategy.period_group == 64);
  REQUIRE(lsgd.strategy.period_global == 128);
  REQUIRE(lsgd.data.batch_size == 128);
  REQUIRE(lsgd.optimizer.weight_decay == 1e-4);
  REQUIRE(lsgd.schedule.milestones == std::vector<double>{0.75});
  REQUIRE(runs[1].config.strategy.easgd.beta == 0.43);
  REQUIRE(runs[3].series == "sgd");
  REQUIRE(runs[3].config.workers() == 1);
  REQUIRE(network_called("vgg16-4").plan({.data = "pictures"})[0].config.data.augment.padding == 4);
}

TEST_CASE("strategies and learning rates of networks can be chosen, and wrong ones are refused") {
  const auto runs = network_called("cnn7-4").plan(
    {.fast = true, .seeds = 2, .strategies = {"sgd", "lsgd"}, .learning_rates = {0.1, 0.01}, .steps = 7});
  REQUIRE(runs.size() == 8);
  REQUIRE(runs[2].config.output.name == "sgd-0.01-1");
  REQUIRE(runs[2].config.optimizer.learning_rate == 0.01);
  REQUIRE(runs[2].config.budget.steps == 7);
  REQUIRE_THROWS_WITH(network_called("cnn7-4").plan({.fast = true, .strategies = {"lsdg"}}),
                      "--strategies: found \"lsdg\", allowed: a list of lsgd, easgd, downpour, sgd");
  REQUIRE_THROWS_WITH(network_called("cnn7-4").plan({.fast = true, .learning_rates = {0}}),
                      StartsWith("--learning-rates: found 0"));
}
