#include "cluster/report/run_figures.hpp"

#include "cluster/report/series_figures.hpp"

#include <cmath>

namespace paceline {

namespace {

double place_on(progress_axis axis, double time_seconds, double steps) {
  return axis == progress_axis::time ? time_seconds : steps;
}

/// One number of all tests of a run; where its nodes test their own workers, the mean of what they found.
series_quantity of_tests(std::string name, double run_test::*number, double factor, progress_axis axis,
                         const axis_unit& unit) {
  return {.name = std::move(name), .points = [=](const run_data& run) {
            std::vector<std::vector<figure_point>> of_nodes;
            for (const auto& [node, tests] : run.tests) {
              auto& points = of_nodes.emplace_back();
              for (const auto& test : tests)
                if (std::isfinite(test.*number))
                  points.push_back({place_on(axis, test.time_seconds, test.steps) / unit.size, factor * test.*number});
            }
            return mean_of_curves(of_nodes).points;
          }};
}

bool has_nodes(const std::vector<run_series>& series) {
  for (const auto& each : series)
    for (const auto& run : each.runs)
      if (!run.config.nodes.empty())
        return true;
  return false;
}

std::string caption_of_nodes(const std::vector<run_series>& series) {
  return has_nodes(series) ? " On its way each node of several tests its own workers; drawn is the mean of the nodes."
                           : "";
}

series_quantity loss_of_training(progress_axis axis, const axis_unit& unit) {
  return {.name = "training loss", .points = [=](const run_data& run) {
            std::vector<figure_point> points;
            for (const auto& sample : run.progress)
              if (std::isfinite(sample.loss))
                points.push_back({place_on(axis, sample.time_seconds, sample.steps) / unit.size, sample.loss});
            return points;
          }};
}

series_quantity pace(const axis_unit& unit) {
  return {.name = "steps a second", .points = [=](const run_data& run) {
            std::vector<figure_point> totals;
            for (const auto& sample : run.progress)
              totals.push_back({sample.time_seconds, sample.total_steps});
            auto rates = rates_of(totals);
            for (auto& point : rates)
              point.x /= unit.size;
            return rates;
          }};
}

void append(std::vector<figure>& all, std::vector<figure> more) {
  for (auto& f : more)
    all.push_back(std::move(f));
}

constexpr auto both_axes = {progress_axis::time, progress_axis::steps};

} // namespace

std::vector<figure> test_figures(const std::vector<run_series>& series) {
  constexpr double percent = 100;
  std::vector<figure> figures;
  for (const auto axis : both_axes) {
    const auto unit = unit_of(series, axis);
    append(
      figures,
      figures_of(series, {.frame = {.stem = "test-error-" + stem_of(axis),
                                    .title = "Test error against " + words_for(axis),
                                    .caption = "Share of wrong answers on the test set, of the centre (the strategy's "
                                               "own where it has one, else the mean of all workers) and of the "
                                               "leader."
                                               + caption_of_nodes(series),
                                    .x = x_axis_of(series, axis),
                                    .y = {.label = "test error (%)"}},
                          .quantities = {of_tests("centre", &run_test::centre_error, percent, axis, unit),
                                         of_tests("leader", &run_test::leader_error, percent, axis, unit)},
                          .may_be_logarithmic = true}));
  }
  for (const auto axis : both_axes) {
    const auto unit = unit_of(series, axis);
    append(figures,
           figures_of(series, {.frame = {.stem = "test-loss-" + stem_of(axis),
                                         .title = "Test loss against " + words_for(axis),
                                         .caption = "Mean cross-entropy on the test set." + caption_of_nodes(series),
                                         .x = x_axis_of(series, axis),
                                         .y = {.label = "test loss (nats)"}},
                               .quantities = {of_tests("centre", &run_test::centre_loss, 1, axis, unit),
                                              of_tests("leader", &run_test::leader_loss, 1, axis, unit)},
                               .may_be_logarithmic = true}));
  }
  return figures;
}

std::vector<figure> training_figures(const std::vector<run_series>& series) {
  std::vector<figure> figures;
  for (const auto axis : both_axes)
    append(figures,
           figures_of(series, {.frame = {.stem = "training-loss-" + stem_of(axis),
                                         .title = "Training loss against " + words_for(axis),
                                         .caption = "Mean over the workers of their loss over the last batches "
                                                    "(strategy.loss_window).",
                                         .x = x_axis_of(series, axis),
                                         .y = {.label = "training loss (nats)"}},
                               .quantities = {loss_of_training(axis, unit_of(series, axis))},
                               .may_be_logarithmic = true}));
  append(figures, figures_of(series, {.frame = {.stem = "steps-per-second",
                                                .title = "Steps a second",
                                                .caption = "Of all workers together, over stretches of training time.",
                                                .x = x_axis_of(series, progress_axis::time),
                                                .y = {.label = "steps a second", .low = 0}},
                                      .quantities = {pace(unit_of(series, progress_axis::time))}}));
  return figures;
}

} // namespace paceline
