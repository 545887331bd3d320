#include "cluster/reproduce/experiments.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace paceline;

namespace {

std::vector<std::string> names_of(const std::vector<const experiment*>& chosen) {
  std::vector<std::string> names;
  for (const auto* each : chosen)
    names.push_back(each->name);
  return names;
}

std::vector<std::string> chosen_by(const std::vector<std::string>& names) {
  return names_of(experiments_named(names));
}

} // namespace

TEST_CASE("experiments come in the order of naming, each once, and all are all") {
  using names = std::vector<std::string>;
  REQUIRE(chosen_by({"double-well", "sinc", "double-well"}) == names{"double-well", "sinc"});
  const names all{"sinc",    "matrix-completion", "double-well", "leader-identity", "cnn7-4",
                  "cnn7-16", "resnet20-4",        "resnet20-16", "vgg16-4"};
  REQUIRE(chosen_by({"all"}) == all);
  REQUIRE(chosen_by({"all", "sinc"}) == all);
}

TEST_CASE("an unknown experiment is refused with the nearest one, or with all that are known") {
  REQUIRE_THROWS_WITH(chosen_by({"sinc", "duoble-well"}),
                      "there is no experiment \"duoble-well\"; did you mean double-well?");
  REQUIRE_THROWS_WITH(chosen_by({"mnist"}), "there is no experiment \"mnist\"; known are sinc, matrix-completion, "
                                            "double-well, leader-identity, cnn7-4, cnn7-16, resnet20-4, resnet20-16, "
                                            "vgg16-4, all");
}

TEST_CASE("no two runs of an experiment have one name, and all have the budget of the others") {
  for (const auto& each : experiments()) {
    INFO(each.name);
    std::set<std::string> names;
    const auto runs = each.plan({.fast = true, .seeds = 2});
    for (const auto& run : runs) {
      REQUIRE(names.insert(run.config.output.name).second);
      REQUIRE(run.config.budget.steps == runs.front().config.budget.steps);
    }
  }
}
