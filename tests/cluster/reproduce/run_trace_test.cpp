#include "cluster/reproduce/run_trace.hpp"

#include "cluster/launch/launcher.hpp"
#include "cluster/reproduce/experiments.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <sstream>

using namespace paceline;

TEST_CASE("a run's trace has each worker's points in order, and who led each step") {
  const temporary_folder folder;
  auto run = planned("lgd", "a",
                     {{"groups", {{"workers", 2}}},
                      {"objective", {{"kind", "double_well"}, {"starts", {{-1.2}, {1.1}}}, {"trace", 1}}},
                      {"strategy", {{"kind", "lgd"}}},
                      {"budget", {{"steps", 5}}}},
                     true);
  run.config.output.folder = folder.path();
  std::ostringstream said;
  REQUIRE(launch({.config = run.config}, said, said) == launch_exit::finished);
  const auto trace = read_trace(folder / "a");
  REQUIRE(trace.workers.size() == 2);
  for (const auto& path : trace.workers) {
    REQUIRE(path.size() == 5);
    for (std::size_t i = 0; i < path.size(); ++i)
      REQUIRE(path[i].steps == i);
  }
  REQUIRE(trace.workers[0][0].point == std::vector<double>{-1.2f});
  REQUIRE(trace.workers[1][0].loss == Approx(0.21 * 0.21 / 4));
  // The second is nearer to a minimum.
  REQUIRE(trace.leaders.at(0) == 1);
  REQUIRE(best_losses(trace)[0].y == trace.workers[1][0].loss);
}

TEST_CASE("the best loss leaves out what is no number, and ends where a worker's path does") {
  run_trace trace;
  trace.workers = {{{0, 3, {}}, {1, NAN, {}}, {2, 1, {}}}, {{0, 2, {}}, {1, 5, {}}}};
  const auto best = best_losses(trace);
  REQUIRE(best.size() == 2);
  REQUIRE(best[0].y == 2);
  REQUIRE(best[1].y == 5);
  REQUIRE(losses_of(trace, 0)[2].y == 1);
}

TEST_CASE("the median of curves is one of them, in a band from the least to the greatest") {
  const auto found = median_of_curves({{{0, 1}, {1, 9}}, {{0, 3}, {1, 7}, {2, 0}}, {{0, 2}, {1, 8}}});
  REQUIRE(found.points.size() == 2);
  REQUIRE(found.points[0].y == 2);
  REQUIRE(found.points[1].y == 8);
  REQUIRE(found.band[1].low == 7);
  REQUIRE(found.band[1].high == 9);
  REQUIRE(median_of_curves({{{0, 1}}}).band.empty());
  REQUIRE(median_of_curves({}).points.empty());
}

TEST_CASE("turns of leaders are counted from 1 and told in words") {
  const std::vector<std::size_t> leaders{0, 0, 3, 0, 2, 2};
  const auto turns = turns_of(leaders);
  REQUIRE(turns == std::vector<led_iterations>{{0, 1, 2}, {3, 3, 3}, {0, 4, 4}, {2, 5, 6}});
  REQUIRE(turns_text(turns) == "1 (1 to 2), 4 (3), 1 (4), 3 (5 on)");
  const auto lanes = lanes_of(turns);
  REQUIRE(lanes.spans[0].begin == 0.5);
  REQUIRE(lanes.spans[0].end == 2.5);
  REQUIRE(lanes.spans[1].lane == 3);
  REQUIRE(turns_of({}).empty());
}
