#include "cluster/reproduce/experiments.hpp"
#include "cluster/reproduce/run_trace.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace paceline {

namespace {

constexpr std::uint64_t well_iterations = 200;

std::vector<planned_run> plan_double_well(const reproduce_settings&) {
  constexpr double rate = 0.05;
  // The paper's strength, of which a step has its learning rate's share.
  constexpr double strength = 0.19 * rate;
  const config_json strategies{
    {"lgd", {{"kind", "lgd"}, {"pull", strength}}},
    {"easgd", {{"kind", "easgd"}, {"synchronous", true}, {"alpha", strength}, {"beta", 2 * strength}, {"period", 1}}},
  };
  std::vector<planned_run> runs;
  for (const auto& [name, strategy] : strategies.items())
    runs.push_back(planned(name, name,
                           {{"groups", {{"workers", 2}}},
                            {"objective", {{"kind", "double_well"}, {"starts", {{-1.2}, {1.2}}}, {"trace", 1}}},
                            {"strategy", strategy},
                            {"optimizer", {{"learning_rate", rate}}},
                            // A trace tells of a point by the step that is made from it.
                            {"budget", {{"steps", well_iterations + 1}}}},
                           true));
  return runs;
}

double coordinate(const traced_point& at) {
  return at.point.empty() ? std::nan("") : at.point.front();
}

figure wells_figure(const std::string& strategy, const run_trace& trace) {
  figure f{.stem = "x-" + strategy,
           .title = strategy == "lgd" ? "LGD: the leader comes to rest in a minimum"
                                      : "EASGD: both come to rest beside the minima",
           .caption = "Where each of the two workers stands. Dashed: the minima at -1 and 1.",
           .x = {.label = "iteration", .low = 0, .high = well_iterations},
           .y = {.label = "x", .low = -1.3, .high = 1.3}};
  for (const double minimum : {-1.0, 1.0})
    f.curves.push_back({.label = minimum < 0 ? "minima" : "",
                        .points = {{0, minimum}, {static_cast<double>(well_iterations), minimum}},
                        .colour = reference_colour,
                        .dashed = true});
  for (std::size_t worker = 0; worker < trace.workers.size(); ++worker) {
    figure_curve path{.label = worker_names(2)[worker], .colour = worker};
    for (const auto& at : trace.workers[worker])
      path.points.push_back({static_cast<double>(at.steps), coordinate(at)});
    f.curves.push_back(std::move(path));
  }
  return f;
}

experiment_outcome conclude_double_well(const reproduce_settings&, const std::vector<finished_run>& runs) {
  experiment_outcome outcome;
  page_section section{.heading = "Two workers in two wells"};
  for (const auto& run : runs) {
    const auto trace = read_trace(run.folder);
    section.figures.push_back(wells_figure(run.series, trace));
    std::vector<double> ends;
    for (const auto& path : trace.workers)
      ends.push_back(path.empty() ? std::nan("") : coordinate(path.back()));
    if (run.series == "easgd") {
      const bool rests =
        std::all_of(ends.begin(), ends.end(), [](double x) { return std::abs(std::abs(x) - 0.9) < 1e-3; });
      outcome.findings.push_back({.what = "EASGD: x of the workers at the end",
                                  .found = fmt::format("{:.4f} and {:.4f}", ends[0], ends[1]),
                                  .paper = "-0.9 and 0.9, where the gradient is not 0",
                                  .agrees = rests});
      continue;
    }
    const auto leader = trace.leaders.empty() ? std::nan("") : ends[trace.leaders.back()];
    outcome.findings.push_back({.what = "LGD: |x| of the leader at the end",
                                .found = fmt::format("{:.6f}", std::abs(leader)),
                                .paper = "1, a minimum",
                                .agrees = std::abs(std::abs(leader) - 1) < 1e-4});
  }
  outcome.shown = {.title = "double-well: where a worker can come to rest",
                   .paragraphs = {"f(x) = (x^2 - 1)^2 / 4 has minima at -1 and 1. Two workers start at -1.2 and 1.2; "
                                  "learning rate 0.05, and a strength of 0.19 times that, by which LGD pulls to its "
                                  "leader and EASGD to its centre. Nothing here is random."},
                   .sections = {std::move(section)}};
  return outcome;
}

} // namespace

experiment double_well_experiment() {
  return {.name = "double-well",
          .about = "two workers on (x^2 - 1)^2 / 4: LGD's leader reaches a minimum, EASGD's workers do not",
          .plan = plan_double_well,
          .conclude = conclude_double_well};
}

} // namespace paceline
