#include "cluster/report/run_tables.hpp"

#include "cluster/console/duration_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

namespace paceline {

namespace {

constexpr double percent = 100;
constexpr const char* nothing = "–";

struct results_column {
  std::string head;
  int decimals;
  std::function<double(const run_data&)> value;
};

double of_final_test(const run_data& run, double run_test::*number) {
  return run.final_test ? (*run.final_test).*number : not_measured;
}

/// Of all tests of the centre.
double least_centre_error(const run_data& run) {
  auto least = of_final_test(run, &run_test::centre_error);
  for (const auto& [node, tests] : run.tests)
    for (const auto& test : tests)
      // A node's own centre is not the run's.
      if (node.empty())
        least = std::fmin(least, test.centre_error);
  return least;
}

std::vector<results_column> results_columns() {
  return {
    {"steps a worker", 0,
     [](const run_data& run) {
       return run.total_steps / static_cast<double>(std::max<std::size_t>(1, run.workers.size()));
     }},
    {"training time (s)", 1, [](const run_data& run) { return run.training_seconds; }},
    {"centre: error (%)", 2, [](const run_data& run) { return percent * of_final_test(run, &run_test::centre_error); }},
    {"centre: loss", 4, [](const run_data& run) { return of_final_test(run, &run_test::centre_loss); }},
    {"centre: least error (%)", 2, [](const run_data& run) { return percent * least_centre_error(run); }},
    {"leader: error (%)", 2, [](const run_data& run) { return percent * of_final_test(run, &run_test::leader_error); }},
    {"leader: loss", 4, [](const run_data& run) { return of_final_test(run, &run_test::leader_loss); }},
  };
}

std::vector<results_column> exchange_columns() {
  return {
    {"steps/s", 1, [](const run_data& run) { return run.steps_per_second; }},
    {"group decisions", 0, [](const run_data& run) { return static_cast<double>(run.leadership.group_decisions()); }},
    {"global decisions", 0, [](const run_data& run) { return static_cast<double>(run.leadership.global_decisions()); }},
    {"group pulls", 0, [](const run_data& run) { return static_cast<double>(run.group_pull_count); }},
    {"global pulls", 0, [](const run_data& run) { return static_cast<double>(run.global_pull_count); }},
    {"exchanges", 0, [](const run_data& run) { return static_cast<double>(run.exchange_count); }},
  };
}

std::string seeds_text(const run_series& series) {
  std::vector<std::uint64_t> seeds;
  for (const auto& run : series.runs)
    seeds.push_back(run.config.seed);
  return fmt::format("{}", fmt::join(seeds, ", "));
}

page_table table_of(const std::vector<run_series>& series, const std::vector<results_column>& columns,
                    std::string caption) {
  page_table table{.caption = std::move(caption), .head = {"series", "runs", "seeds"}};
  for (const auto& column : columns)
    table.head.push_back(column.head);
  for (const auto& each : series) {
    std::vector<std::string> row{each.name, std::to_string(each.runs.size()), seeds_text(each)};
    for (const auto& column : columns) {
      std::vector<double> values;
      for (const auto& run : each.runs)
        values.push_back(column.value(run));
      row.push_back(spread_text(values, column.decimals));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

} // namespace

std::string spread_text(const std::vector<double>& values, int decimals) {
  double sum = 0;
  std::vector<double> finite;
  for (const auto value : values)
    if (std::isfinite(value)) {
      finite.push_back(value);
      sum += value;
    }
  if (finite.empty())
    return nothing;
  const auto text = [&](double value) { return fmt::format("{:.{}f}", value, decimals); };
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  auto mean = text(sum / static_cast<double>(finite.size()));
  if (text(*low) == text(*high))
    return mean;
  return fmt::format("{} ({}\u00a0to\u00a0{})", mean, text(*low), text(*high));
}

page_table results_table(const std::vector<run_series>& series) {
  return table_of(series, results_columns(),
                  "Mean over the runs of a series (least to greatest). Error and loss are those of the last test, on "
                  "the test set; the centre is the strategy's own where it has one, else the mean of all workers.");
}

page_table exchange_table(const std::vector<run_series>& series) {
  return table_of(series, exchange_columns(),
                  "Steps a second, decisions, pulls and exchanges with a centre are those of all workers together.");
}

page_table differences_table(const std::vector<run_series>& series) {
  page_table table{.caption = "Keys of the configuration in which the series differ; seeds and output are left out.",
                   .head = {"key"}};
  for (const auto& each : series)
    table.head.push_back(each.name);
  for (const auto& difference : differences_between(series)) {
    std::vector<std::string> row{difference.key};
    row.insert(row.end(), difference.values.begin(), difference.values.end());
    table.rows.push_back(std::move(row));
  }
  return table;
}

page_table runs_table(const std::vector<run_series>& series) {
  page_table table{
    .head = {"run", "series", "seed", "training time", "centre: error (%)", "leader: error (%)", "what is missing"}};
  for (const auto& each : series)
    for (const auto& run : each.runs)
      table.rows.push_back({run.folder.string(), each.name, std::to_string(run.config.seed),
                            to_clock_text(std::chrono::round<std::chrono::nanoseconds>(
                              std::chrono::duration<double>(run.training_seconds))),
                            spread_text({percent * of_final_test(run, &run_test::centre_error)}, 2),
                            spread_text({percent * of_final_test(run, &run_test::leader_error)}, 2),
                            fmt::format("{}", fmt::join(run.missing, "; "))});
  return table;
}

} // namespace paceline
