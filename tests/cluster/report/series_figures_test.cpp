#include "cluster/report/series_figures.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

run_data run_of(double seconds, double steps) {
  run_data run;
  run.training_seconds = seconds;
  run.total_steps = steps;
  run.workers = {{0, 0}, {0, 1}};
  return run;
}

std::vector<run_series> two_series() {
  return {{.name = "A", .runs = {run_of(1, 2), run_of(3, 2)}}, {.name = "B", .runs = {run_of(5, 50'000)}}};
}

series_quantity seconds_as(std::string name, double least = 0) {
  return {.name = std::move(name), .points = [=](const run_data& run) {
            return run.training_seconds < least
                     ? std::vector<figure_point>()
                     : std::vector<figure_point>{{0, run.training_seconds}, {1, run.training_seconds}};
          }};
}

} // namespace

TEST_CASE("of several series each quantity has a figure with a curve and a colour for each series") {
  const auto figures = figures_of(two_series(), {.frame = {.stem = "error", .title = "Error", .caption = "Text."},
                                                 .quantities = {seconds_as("centre"), seconds_as("leader", 4)}});
  REQUIRE(figures.size() == 2);
  REQUIRE(figures[0].stem == "error-centre");
  REQUIRE(figures[0].title == "Error: centre");
  REQUIRE(figures[0].curves.size() == 2);
  REQUIRE(figures[0].curves[0].label == "A");
  REQUIRE(figures[0].curves[0].points[0].y == 2);
  REQUIRE(figures[0].curves[0].band[0].low == 1);
  REQUIRE(figures[0].curves[0].band[0].high == 3);
  REQUIRE(figures[0].curves[1].band.empty());
  REQUIRE_THAT(figures[0].caption, ContainsSubstring("from the least to the greatest"));
  // A series that has nothing to show keeps its colour for itself.
  REQUIRE(figures[1].curves.size() == 1);
  REQUIRE(figures[1].curves[0].label == "B");
  REQUIRE(figures[1].curves[0].colour == 1);
  REQUIRE(figures[1].caption == "Text.");
}

TEST_CASE("of one series all quantities are in one figure") {
  const auto figures =
    figures_of({{.name = "A", .runs = {run_of(1, 2)}}},
               {.frame = {.stem = "error"}, .quantities = {seconds_as("centre"), seconds_as("leader")}});
  REQUIRE(figures.size() == 1);
  REQUIRE(figures[0].stem == "error");
  REQUIRE(figures[0].curves[1].label == "leader");
}

TEST_CASE("one quantity of one series needs no legend") {
  const auto figures = figures_of({{.name = "A", .runs = {run_of(1, 2)}}}, {.quantities = {seconds_as("loss")}});
  REQUIRE(figures[0].curves[0].label.empty());
}

TEST_CASE("a y axis is logarithmic only where it may be and suits the numbers") {
  const std::vector<run_series> series{{.name = "A", .runs = {run_of(1, 2)}}, {.name = "B", .runs = {run_of(100, 2)}}};
  REQUIRE_FALSE(figures_of(series, {.quantities = {seconds_as("x")}})[0].y.logarithmic);
  REQUIRE(figures_of(series, {.quantities = {seconds_as("x")}, .may_be_logarithmic = true})[0].y.logarithmic);
}

TEST_CASE("an x axis reaches as far as the longest run, in units that suit it") {
  const auto time = x_axis_of(two_series(), progress_axis::time);
  REQUIRE(time.label == "training time (s)");
  REQUIRE(time.low == 0);
  REQUIRE(time.high == 5);
  const auto steps = x_axis_of(two_series(), progress_axis::steps);
  REQUIRE(steps.label == "steps a worker (thousands)");
  REQUIRE(steps.high == 25);
  REQUIRE_FALSE(x_axis_of({{.runs = {run_of(0, 0)}}}, progress_axis::time).high);
}
