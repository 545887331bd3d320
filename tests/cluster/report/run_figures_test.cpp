#include "cluster/report/run_figures.hpp"

#include "cluster/report/run_report.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/report/example_run.hpp"

#include <algorithm>
#include <set>

using namespace paceline;

namespace {

const figure& figure_named(const std::vector<figure>& figures, const std::string& stem) {
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const auto& f) { return f.stem == stem; });
  REQUIRE(found != figures.end());
  return *found;
}

std::vector<run_series> series_of_one(const example_run& run) {
  const temporary_folder folder;
  return series_of({read_run(run.write(folder))});
}

example_run short_run() {
  return {.metrics = {progress_line(1, "0.0", 10, 2), progress_line(1, "0.1", 12, 4), test_line(2, 40, 0.5),
                      pull_line(2, "group", 3), progress_line(3, "0.0", 30, 1), progress_line(3, "0.1", 32, 1),
                      test_line(4, 80, 0.25)},
          .leadership = {decision_line(1, "group", "0.1"), decision_line(1, "global", "0.1"),
                         decision_line(3, "global", "0.0")}};
}

} // namespace

TEST_CASE("test error is in percent, against time and against steps a worker") {
  const auto figures = test_figures(series_of_one(short_run()));
  const auto& against_time = figure_named(figures, "test-error-time").curves[0];
  REQUIRE(against_time.label == "centre");
  REQUIRE(against_time.points.size() == 2);
  REQUIRE(against_time.points[1].x == 4);
  REQUIRE(against_time.points[1].y == 25);
  REQUIRE(figure_named(figures, "test-error-steps").curves[0].points[1].x == 40);
  // Nobody was tested as leader.
  REQUIRE(figure_named(figures, "test-error-time").curves[1].points.empty());
}

TEST_CASE("training loss and steps a second follow the workers' progress") {
  const auto figures = training_figures(series_of_one(short_run()));
  REQUIRE(figure_named(figures, "training-loss-time").curves[0].points[0].y == 3);
  const auto& rates = figure_named(figures, "steps-per-second").curves[0].points;
  REQUIRE(rates.size() == 1);
  REQUIRE(rates[0].y == 20);
}

TEST_CASE("a timeline has a lane for each worker, and bars for its share of the decisions") {
  const auto figures = leadership_figures(series_of_one(short_run()));
  const auto& timeline = figure_named(figures, "leaders-1");
  REQUIRE(timeline.y.names == std::vector<std::string>{"0.0", "0.1"});
  REQUIRE(timeline.curves[0].spans.size() == 2);
  REQUIRE(timeline.curves[0].spans[0].lane == 1);
  REQUIRE(timeline.curves[0].spans[1].begin == 3);
  REQUIRE(timeline.curves[0].spans[1].end == 4);
  REQUIRE(figure_named(figures, "leader-shares").curves[0].points[0].y == 50);
}

TEST_CASE("where nobody leads all, those who lead their groups are drawn") {
  auto run = short_run();
  run.leadership = {decision_line(1, "group", "0.1"), decision_line(2, "group", "0.1")};
  const auto figures = leadership_figures(series_of_one(run));
  REQUIRE(figure_named(figures, "leaders-1").title == "Who led each group: a");
  REQUIRE(figure_named(figures, "leader-shares").curves[0].points[1].y == 100);
}

TEST_CASE("what was exchanged is drawn where there was any") {
  const auto figures = exchange_figures(series_of_one(short_run()));
  REQUIRE(figure_named(figures, "pull-distance").curves[0].points[0].y == 3);
  REQUIRE(figure_named(figures, "staleness").curves[0].points[0].y == 250);
  REQUIRE(std::none_of(figures.begin(), figures.end(), [](const auto& f) { return f.stem == "exchange-volume"; }));
}

TEST_CASE("the volume of exchange is copies times the bytes of a snapshot") {
  auto series = series_of_one(short_run());
  auto& run = series[0].runs[0];
  run.snapshot_bytes = 1 << 20;
  run.progress[1].copies = 6;
  const auto figures = exchange_figures(series);
  const auto& volume = figure_named(figures, "exchange-volume");
  REQUIRE(volume.y.label == "copied so far (MiB)");
  REQUIRE(volume.curves[0].points.back().y == 6);
}

TEST_CASE("a report has a stem of its own for each figure, and words where a run has nothing") {
  for (const auto& run : {short_run(), example_run{}}) {
    const auto series = series_of_one(run);
    std::set<std::string> stems;
    const auto report = report_on(series);
    for (const auto& section : report.sections)
      for (const auto& f : section.figures)
        REQUIRE(stems.insert(f.stem).second);
    REQUIRE(report.title == "Run a");
    const auto& test = report.sections[1];
    REQUIRE(test.paragraphs.size() == (run.metrics.empty() ? 1 : 0));
  }
}
