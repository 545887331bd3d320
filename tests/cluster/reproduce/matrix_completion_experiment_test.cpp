#include "cluster/reproduce/experiments.hpp"
#include "cluster/reproduce/run_trace.hpp"
#include "tests/cluster/reproduce/made_experiment.hpp"

using namespace paceline;

TEST_CASE("a small matrix is completed by LGD far below the plateau on which EASGD rests") {
  const temporary_folder folder;
  const auto outcome = testing::made(matrix_completion_experiment(), {.fast = true, .seeds = 2}, folder);
  for (const std::string rank : {"rank 1", "rank 10"}) {
    INFO(rank);
    const auto easgd = testing::found_in(outcome, rank + ": EASGD");
    REQUIRE(easgd.found.ends_with(", at rest"));
    REQUIRE(easgd.agrees == true);
    REQUIRE(testing::found_in(outcome, rank + ": LGD").agrees == true);
  }
  REQUIRE(testing::stems_in(outcome) == std::vector<std::string>{"rank-1", "rank-10"});
  // Two seeds make a band.
  REQUIRE(outcome.shown.sections[0].figures[1].curves[0].band.size() > 50);
}

TEST_CASE("a matrix of the paper's size and rank 10 has EASGD's plateau at 0.12, and LGD below 1e-6 by iteration 40") {
  const temporary_folder folder;
  for (auto run : matrix_completion_experiment().plan({.seeds = 1})) {
    if (!run.series.starts_with("rank-10-"))
      continue;
    run.config.output.folder = folder.path();
    std::ostringstream said;
    REQUIRE(launch({.config = run.config}, said, said) == launch_exit::finished);
    const auto best = best_losses(read_trace(folder / run.config.output.name));
    REQUIRE(best.size() == 51);
    if (run.series == "rank-10-easgd")
      REQUIRE(best[50].y == Approx(0.12).epsilon(0.03));
    else
      REQUIRE(best[40].y < 1e-6);
  }
}

TEST_CASE("each rank runs by both strategies, with seeds that differ in start and matrix") {
  const auto runs = matrix_completion_experiment().plan({});
  REQUIRE(runs.size() == 24);
  REQUIRE(runs[0].series == "rank-1-lgd");
  REQUIRE(runs[1].series == runs[0].series);
  REQUIRE(runs[1].config.objective.seed == 2);
  REQUIRE(runs[1].config.seed == 2);
  REQUIRE(runs[3].config.strategy.easgd.alpha == 1e-4);
  REQUIRE(runs[3].config.strategy.easgd.beta == Approx(8e-4));
}
