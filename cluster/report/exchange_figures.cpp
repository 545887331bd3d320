#include "cluster/report/run_figures.hpp"

#include "cluster/report/series_figures.hpp"

#include <algorithm>
#include <cmath>

namespace paceline {

namespace {

constexpr double milliseconds = 1000;

series_quantity of_pulls(std::string name, std::vector<pull_sample> run_data::*pulls, double pull_sample::*number,
                         double factor, const axis_unit& unit) {
  return {.name = std::move(name), .points = [=](const run_data& run) {
            std::vector<figure_point> points;
            for (const auto& pull : run.*pulls)
              if (std::isfinite(pull.*number))
                points.push_back({pull.time_seconds / unit.size, factor * pull.*number});
            return points;
          }};
}

/// In bytes; empty where nobody knows how large a snapshot is.
std::vector<figure_point> copied_bytes(const run_data& run) {
  std::vector<figure_point> points;
  if (run.snapshot_bytes)
    for (const auto& sample : run.progress)
      points.push_back({sample.time_seconds, sample.copies * *run.snapshot_bytes});
  return points;
}

std::vector<figure_point> sent_bytes(const run_data& run) {
  std::vector<figure_point> points;
  for (const auto& sample : run.traffic)
    points.push_back({sample.time_seconds, sample.sent_bytes});
  return points;
}

/// Growing bytes against time, in units that suit the most of all runs.
std::vector<figure> figures_of_bytes(const std::vector<run_series>& series, figure frame, const std::string& what,
                                     std::vector<figure_point> (*bytes_of)(const run_data&)) {
  double most = 0;
  for (const auto& each : series)
    for (const auto& run : each.runs)
      for (const auto& point : bytes_of(run))
        most = std::max(most, point.y);
  // Of runs that exchange nothing there is nothing to see.
  if (most == 0)
    return {};
  const auto bytes = bytes_unit(most);
  const auto time = unit_of(series, progress_axis::time);
  frame.x = x_axis_of(series, progress_axis::time);
  frame.y = {.label = axis_label(what + " so far", bytes), .low = 0};
  const auto points = [=](const run_data& run) {
    auto scaled = bytes_of(run);
    for (auto& point : scaled)
      point = {point.x / time.size, point.y / bytes.size};
    return scaled;
  };
  return figures_of(series, {.frame = std::move(frame), .quantities = {{.name = what, .points = points}}});
}

} // namespace

std::vector<figure> exchange_figures(const std::vector<run_series>& series) {
  const auto time = unit_of(series, progress_axis::time);
  const auto x = x_axis_of(series, progress_axis::time);
  auto figures =
    figures_of(series, {.frame = {.stem = "pull-distance",
                                  .title = "Distance to the leader before a pull",
                                  .caption = "Euclidean distance between a follower's parameters and its leader's.",
                                  .x = x,
                                  .y = {.label = "distance"}},
                        .quantities = {of_pulls("group", &run_data::group_pulls, &pull_sample::distance, 1, time),
                                       of_pulls("global", &run_data::global_pulls, &pull_sample::distance, 1, time)},
                        .how = series_curve::quantiles,
                        .may_be_logarithmic = true});
  const auto append = [&](std::vector<figure> more) {
    for (auto& f : more)
      figures.push_back(std::move(f));
  };
  append(figures_of(
    series, {.frame = {.stem = "staleness",
                       .title = "Age of snapshots when they were applied",
                       .caption = "From the copy at the leader to the pull at the follower.",
                       .x = x,
                       .y = {.label = "age (ms)"}},
             .quantities = {of_pulls("group", &run_data::group_pulls, &pull_sample::age_seconds, milliseconds, time),
                            of_pulls("global", &run_data::global_pulls, &pull_sample::age_seconds, milliseconds, time)},
             .how = series_curve::quantiles,
             .may_be_logarithmic = true}));
  append(figures_of_bytes(series,
                          {.stem = "exchange-volume",
                           .title = "Parameters copied for exchange",
                           .caption = "Snapshots taken, pulls applied, and what a centre was given and answered, each "
                                      "of them over all parameters once, "
                                      "of all workers."},
                          "copied", copied_bytes));
  append(figures_of_bytes(series,
                          {.stem = "sent-between-nodes",
                           .title = "Sent between nodes",
                           .caption = "Messages and snapshots that left the links of all nodes, before encryption."},
                          "sent", sent_bytes));
  return figures;
}

} // namespace paceline
