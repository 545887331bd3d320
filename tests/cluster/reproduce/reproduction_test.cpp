#include "cluster/reproduce/reproduction.hpp"

#include "cluster/report/gnuplot.hpp"
#include "cluster/reproduce/experiments.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/report/drawing.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

/// Two short runs; with steps of the settings' number.
experiment small_experiment() {
  experiment small{.name = "small", .about = "nothing much"};
  small.plan = [](const reproduce_settings& settings) {
    std::vector<planned_run> runs;
    for (const std::string strategy : {"lgd", "sgd"})
      runs.push_back(planned(strategy, strategy,
                             {{"groups", {{"workers", 2}}},
                              {"objective", {{"kind", "double_well"}}},
                              {"strategy", {{"kind", strategy}}},
                              {"budget", {{"steps", settings.steps.value_or(3)}}}},
                             true));
    return runs;
  };
  small.conclude = [](const reproduce_settings&, const std::vector<finished_run>& runs) {
    experiment_outcome outcome;
    outcome.findings.push_back({"runs", std::to_string(runs.size()), "2", true});
    outcome.shown.title = "small";
    return outcome;
  };
  return small;
}

struct reproduced {
  launch_exit exit;
  std::string out;
};

reproduced reproduce_it(const reproduction& what) {
  std::ostringstream out;
  std::ostringstream err;
  const auto exit = reproduce(what, out, err);
  REQUIRE(err.str().empty());
  return {exit, out.str()};
}

} // namespace

TEST_CASE("each run is one line, and what was found follows; the runs are ordinary ones") {
  if (!testing::can_draw())
    return;
  const temporary_folder folder;
  const auto small = small_experiment();
  const auto made = reproduce_it({.experiments = {&small}, .folder = folder / "out"});
  REQUIRE(made.exit == launch_exit::finished);
  REQUIRE_THAT(made.out, ContainsSubstring("small: run 1 of 2, lgd: ") && ContainsSubstring("small: run 2 of 2, sgd: ")
                           && EndsWith("\n  runs: 2; paper: 2; agrees\n"));
  REQUIRE(std::filesystem::exists(folder / "out/small/reproduce.html"));
  REQUIRE(std::filesystem::exists(folder / "out/runs/small/lgd/summary.json"));
}

TEST_CASE(
  "an earlier result is refused; going on keeps finished runs and makes the others, with the same settings alone") {
  if (!testing::can_draw())
    return;
  const temporary_folder folder;
  const auto small = small_experiment();
  reproduction what{.experiments = {&small}, .folder = folder.path()};
  reproduce_it(what);
  std::ostringstream unused;
  REQUIRE_THROWS_WITH(reproduce(what, unused, unused), ContainsSubstring("small: holds an earlier result; allowed: "));
  std::filesystem::remove_all(folder / "runs/small/sgd");
  what.go_on = true;
  const auto again = reproduce_it(what);
  REQUIRE_THAT(again.out, ContainsSubstring("lgd: is there already\n"));
  REQUIRE(std::filesystem::exists(folder / "runs/small/sgd/summary.json"));
  what.settings.steps = 5;
  REQUIRE_THROWS_WITH(reproduce(what, unused, unused), ContainsSubstring("lgd: was made with other settings"));
}
