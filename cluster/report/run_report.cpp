#include "cluster/report/run_report.hpp"

#include "cluster/console/count_text.hpp"
#include "cluster/report/run_figures.hpp"
#include "cluster/report/run_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace paceline {

namespace {

std::string what_is_trained(const run_config& config) {
  return fmt::format("{} on {}, {} of {}", config.model.name, config.data.kind,
                     count_text(config.groups.count, "group"), count_text(config.groups.workers, "worker"));
}

/// Nothing where the series do not have it in common: then the table of differences says it.
std::vector<std::string> words_on(const std::vector<run_series>& series) {
  const auto first = what_is_trained(series.front().runs.front().config);
  for (const auto& each : series)
    if (what_is_trained(each.runs.front().config) != first)
      return {};
  return {first + "."};
}

std::string title_of(const std::vector<run_series>& series, std::size_t runs) {
  if (runs == 1)
    return "Run " + series.front().runs.front().name;
  return fmt::format("{} in {} series", count_text(runs, "run"), series.size());
}

/// A section without anything to see says so.
void add_section(page& p, std::string heading, std::vector<figure> figures, const std::string& if_empty) {
  page_section section{.heading = std::move(heading), .figures = std::move(figures)};
  if (std::none_of(section.figures.begin(), section.figures.end(), shows_something))
    section.paragraphs.push_back(if_empty);
  p.sections.push_back(std::move(section));
}

/// Time that nobody has waited for must not be taken for time on a clock, on any drawing.
void tell_of_simulated_time(page& p, const std::vector<run_series>& series) {
  std::size_t runs = 0, simulated = 0;
  for (const auto& each : series)
    for (const auto& run : each.runs) {
      ++runs;
      simulated += run.config.simulation.enabled ? 1 : 0;
    }
  if (simulated == 0)
    return;
  const bool all = simulated == runs;
  p.paragraphs.push_back(fmt::format("{} is simulated: workers took turns on the cores that there were, each with a "
                                     "clock of its own made of what its steps "
                                     "take of a core (or of times that the cluster file states), and what they sent "
                                     "each other arrived as a model of the "
                                     "links says.",
                                     all ? "Time" : fmt::format("Time of {} of the {} runs", simulated, runs)));
  for (auto& section : p.sections)
    for (auto& f : section.figures) {
      f.note = all ? "simulated time" : "partly simulated time";
      f.caption += fmt::format("{}{}", f.caption.empty() ? "" : " ",
                               all ? "Time is simulated." : "Time is simulated of some runs.");
    }
}

} // namespace

page report_on(const std::vector<run_series>& series) {
  std::size_t runs = 0;
  for (const auto& each : series)
    runs += each.runs.size();
  page p{.title = title_of(series, runs), .paragraphs = words_on(series)};
  page_section results{.heading = "Results", .tables = {results_table(series), exchange_table(series)}};
  if (series.size() > 1)
    results.tables.push_back(differences_table(series));
  p.sections.push_back(std::move(results));
  add_section(p, "Test", test_figures(series), "No run has a test.");
  add_section(p, "Training", training_figures(series), "No run has told of its progress.");
  add_section(p, "Leadership", leadership_figures(series), "Nobody has led.");
  add_section(p, "Exchange", exchange_figures(series), "Nothing was exchanged.");
  tell_of_simulated_time(p, series);
  p.sections.push_back({.heading = "Runs", .tables = {runs_table(series)}});
  return p;
}

} // namespace paceline
