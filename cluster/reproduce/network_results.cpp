#include "cluster/reproduce/network_results.hpp"

#include "cluster/report/curve_math.hpp"
#include "cluster/report/run_report.hpp"
#include "cluster/report/run_series.hpp"
#include "cluster/report/run_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace paceline {

namespace {

/// The seeds of one strategy and learning rate.
struct tried_rate {
  std::string strategy{};
  double rate = 0;
  std::vector<run_data> runs{};

  /// In percent.
  std::vector<double> errors() const {
    std::vector<double> all;
    for (const auto& run : runs)
      if (run.final_test && std::isfinite(run.final_test->centre_error))
        all.push_back(100 * run.final_test->centre_error);
    return all;
  }

  /// When a third of all steps were made, straight between two tests; of the runs that had been tested before.
  std::vector<double> early_errors() const {
    std::vector<double> all;
    for (const auto& run : runs) {
      const auto tests = centre_errors(run);
      const auto third = run.total_steps / static_cast<double>(run.config.workers()) / 3;
      if (!tests.empty() && tests.front().x <= third && third <= tests.back().x)
        all.push_back(value_at(tests, third));
    }
    return all;
  }

  /// Infinite where a seed has none: it diverged.
  double mean_error() const { return mean_over_runs(errors()); }
  double mean_early_error() const { return mean_over_runs(early_errors()); }

 private:
  /// In percent, over the steps of a worker; of a run in one process, as all of these are.
  static std::vector<figure_point> centre_errors(const run_data& run) {
    std::vector<figure_point> points;
    if (const auto tests = run.tests.find(""); tests != run.tests.end())
      for (const auto& test : tests->second)
        if (std::isfinite(test.centre_error))
          points.push_back({test.steps, 100 * test.centre_error});
    return points;
  }

  double mean_over_runs(const std::vector<double>& all) const {
    if (all.empty() || all.size() < runs.size())
      return std::numeric_limits<double>::infinity();
    return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
  }
};

std::vector<tried_rate> tried_rates(const std::vector<finished_run>& runs) {
  std::vector<tried_rate> all;
  for (const auto& run : runs) {
    const auto rate = run.config.optimizer.learning_rate;
    const auto same = std::find_if(all.begin(), all.end(),
                                   [&](const auto& each) { return each.strategy == run.series && each.rate == rate; });
    auto& at = same == all.end() ? all.emplace_back(tried_rate{.strategy = run.series, .rate = rate}) : *same;
    at.runs.push_back(read_run(run.folder));
  }
  return all;
}

/// As the paper writes it.
std::string strategy_title(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

page_table errors_table(const std::vector<tried_rate>& all, const paper_errors& paper) {
  page_table table{.caption = "Test error of the centre (%): mean over the seeds, with the least and the greatest. The "
                              "paper trained for longer, with the best of its learning rates.",
                   .head = {"strategy", "learning rate", "at a third of the steps", "at the end", "paper, at the end"}};
  for (const auto& each : all)
    table.rows.push_back({strategy_title(each.strategy), fmt::format("{:g}", each.rate),
                          spread_text(each.early_errors(), 1), spread_text(each.errors(), 1),
                          fmt::format("{:.1f}", paper.at(each.strategy))});
  return table;
}

/// Whether leaders are ahead of elastic averaging while there is much to learn, as the paper says; empty where one of them did not run, or was
/// not tested early.
std::optional<finding> lead_over_easgd(const std::vector<tried_rate>& best) {
  const auto of = [&](const char* strategy) {
    return std::find_if(best.begin(), best.end(), [&](const auto& each) { return each.strategy == strategy; });
  };
  const auto lsgd = of("lsgd");
  const auto easgd = of("easgd");
  if (lsgd == best.end() || easgd == best.end())
    return std::nullopt;
  const auto lead = easgd->mean_early_error() - lsgd->mean_early_error();
  if (!std::isfinite(lead))
    return std::nullopt;
  return finding{.what = "LSGD's centre beside EASGD's at a third of the steps",
                 .found = fmt::format("{:.1f} points {}", std::abs(lead), lead > 0 ? "ahead" : "behind"),
                 .paper = "ahead",
                 .agrees = lead > 0};
}

/// By strategy in the order in which they ran, that of the least error.
std::vector<tried_rate> best_rates(std::vector<tried_rate> all) {
  std::vector<tried_rate> best;
  for (auto& each : all) {
    const auto same =
      std::find_if(best.begin(), best.end(), [&](const auto& other) { return other.strategy == each.strategy; });
    if (same == best.end())
      best.push_back(std::move(each));
    else if (each.mean_error() < same->mean_error())
      *same = std::move(each);
  }
  return best;
}

} // namespace

experiment_outcome conclude_network(const std::string& name, const paper_errors& paper,
                                    const reproduce_settings& settings, const std::vector<finished_run>& runs) {
  auto all = tried_rates(runs);
  auto errors = errors_table(all, paper);
  experiment_outcome outcome;
  std::vector<run_data> drawn;
  auto best = best_rates(std::move(all));
  const auto lead = settings.fast ? std::nullopt : lead_over_easgd(best);
  for (auto& each : best) {
    outcome.findings.push_back(
      {.what = fmt::format("{}: test error of the centre at the end", strategy_title(each.strategy)),
       .found = spread_text(each.errors(), 1) + " %",
       .paper = fmt::format("{:.1f} %", paper.at(each.strategy))});
    // A share of a point is the paper's own scatter.
    constexpr double tolerance = 1;
    if (!settings.fast)
      outcome.findings.back().agrees = std::abs(each.mean_error() - paper.at(each.strategy)) <= tolerance;
    for (auto& run : each.runs)
      drawn.push_back(std::move(run));
  }
  if (lead)
    outcome.findings.push_back(*lead);
  auto series = series_of(std::move(drawn));
  // There is one of each: it needs no other words.
  for (auto& each : series)
    each.name = strategy_title(each.runs.front().config.strategy.kind);
  outcome.shown = report_on(series);
  outcome.shown.title = name + ": strategies compared";
  if (!runs.front().config.simulation.enabled)
    outcome.shown.paragraphs.emplace_back("Time is training time on this machine, which has a core for each worker.");
  outcome.shown.sections.front().tables.insert(outcome.shown.sections.front().tables.begin(), std::move(errors));
  return outcome;
}

} // namespace paceline
