#include "cluster/report/run_figures.hpp"

#include "cluster/report/series_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace paceline {

namespace {

bool has_global_leaders(const run_data& run) {
  return !run.global_leaders.empty();
}

/// Rows of worker by worker; a colour for each group.
figure timeline_of(const run_series& series, std::size_t number) {
  const auto& run = series.runs.front();
  const auto unit = time_unit(run.training_seconds);
  figure f{.stem = fmt::format("leaders-{}", number),
           .title = fmt::format("Who led {}: {}", has_global_leaders(run) ? "all" : "each group", series.name),
           .caption = series.runs.size() > 1
                        ? fmt::format("Run {} (seed {}) of {}.", run.name, run.config.seed, series.runs.size())
                        : fmt::format("Run {}.", run.name),
           .x = {.label = axis_label("training time", unit), .low = 0, .high = run.training_seconds / unit.size},
           .y = {.label = "worker"}};
  std::map<worker_id, std::size_t> lanes;
  for (const auto worker : run.workers) {
    lanes.emplace(worker, f.y.names.size());
    f.y.names.push_back(to_string(worker));
  }
  std::map<std::uint32_t, std::vector<figure_span>> spans;
  for (const auto& span : has_global_leaders(run) ? run.global_leaders : run.group_leaders)
    if (const auto lane = lanes.find(span.leader); lane != lanes.end())
      spans[span.leader.group].push_back({span.begin_seconds / unit.size, span.end_seconds / unit.size, lane->second});
  for (const auto& [group, of_group] : spans)
    f.curves.push_back({.label = run.config.groups.count > 1 ? fmt::format("group {}", group) : "",
                        .style = curve_style::lanes,
                        .spans = thinned(of_group),
                        .colour = group});
  return f;
}

/// In percent of the decisions about all; of a run without any, of those of the worker's group.
double share_of(const run_data& run, worker_id worker) {
  constexpr double percent = 100;
  return percent
         * (run.leadership.global_decisions() > 0 ? run.leadership.global_share(worker)
                                                  : run.leadership.group_share(worker));
}

bool has_decisions(const run_data& run) {
  return run.leadership.global_decisions() + run.leadership.group_decisions() > 0;
}

figure_curve shares_of_leaders(const run_series& series, const std::vector<worker_id>& workers) {
  figure_curve bars{.label = series.name, .style = curve_style::bars};
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const auto place = static_cast<double>(i);
    double sum = 0;
    std::size_t count = 0;
    figure_band_point band{.x = place, .low = 100, .high = 0};
    for (const auto& run : series.runs) {
      if (!has_decisions(run))
        continue;
      const auto share = share_of(run, workers[i]);
      sum += share;
      ++count;
      band.low = std::min(band.low, share);
      band.high = std::max(band.high, share);
    }
    if (count == 0)
      continue;
    bars.points.push_back({place, sum / static_cast<double>(count)});
    if (count >= 2)
      bars.band.push_back(band);
  }
  return bars;
}

figure shares_figure(const std::vector<run_series>& series) {
  figure f{.stem = "leader-shares",
           .title = "How often each worker led",
           .caption = "Share of the decisions about the leader of all that named the worker; where there was none, of "
                      "the decisions of its group.",
           .x = {.label = "worker"},
           .y = {.label = "share of decisions (%)"}};
  std::set<worker_id> all;
  for (const auto& each : series)
    for (const auto& run : each.runs)
      all.insert(run.workers.begin(), run.workers.end());
  const std::vector<worker_id> workers(all.begin(), all.end());
  for (const auto worker : workers)
    f.x.names.push_back(to_string(worker));
  bool has_errors = false;
  for (std::size_t i = 0; i < series.size(); ++i) {
    auto bars = shares_of_leaders(series[i], workers);
    bars.colour = i;
    if (series.size() == 1)
      bars.label.clear();
    has_errors = has_errors || !bars.band.empty();
    if (!bars.points.empty())
      f.curves.push_back(std::move(bars));
  }
  if (has_errors)
    f.caption += " Bars: mean over the seeds of a series; thin lines: from the least to the greatest of them.";
  return f;
}

} // namespace

std::vector<figure> leadership_figures(const std::vector<run_series>& series) {
  std::vector<figure> figures;
  for (std::size_t i = 0; i < series.size(); ++i)
    figures.push_back(timeline_of(series[i], i + 1));
  figures.push_back(shares_figure(series));
  return figures;
}

} // namespace paceline
