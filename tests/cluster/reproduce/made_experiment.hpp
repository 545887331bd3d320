#pragma once

#include "cluster/launch/launcher.hpp"
#include "cluster/reproduce/experiment.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <algorithm>
#include <sstream>

namespace paceline::testing {

/// Makes all runs of an experiment in that folder and concludes, without a drawing.
inline experiment_outcome made(const experiment& what, const reproduce_settings& settings,
                               const temporary_folder& folder) {
  std::vector<finished_run> runs;
  for (auto run : what.plan(settings)) {
    run.config.output.folder = folder.path();
    std::ostringstream said;
    INFO(run.config.output.name);
    REQUIRE(launch({.config = run.config}, said, said) == launch_exit::finished);
    runs.push_back({.series = run.series, .config = run.config, .folder = folder / run.config.output.name});
  }
  return what.conclude(settings, runs);
}

/// The finding that begins so; fails where there is none.
inline finding found_in(const experiment_outcome& outcome, const std::string& beginning) {
  const auto found = std::find_if(outcome.findings.begin(), outcome.findings.end(),
                                  [&](const finding& f) { return f.what.starts_with(beginning); });
  REQUIRE(found != outcome.findings.end());
  return *found;
}

/// Those of the outcome's figures that show something, by stem.
inline std::vector<std::string> stems_in(const experiment_outcome& outcome) {
  std::vector<std::string> stems;
  for (const auto& section : outcome.shown.sections)
    for (const auto& f : section.figures)
      if (shows_something(f))
        stems.push_back(f.stem);
  return stems;
}

} // namespace paceline::testing
