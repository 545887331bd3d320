#include "cluster/reproduce/experiments.hpp"
#include "cluster/reproduce/run_trace.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace paceline {

namespace {

constexpr std::uint64_t sinc_iterations = 100;
/// Later all have come together, and rounding decides who leads.
constexpr std::size_t sinc_distinct_iterations = 30;
/// Of the two rings of minima around the centre that a strategy comes to rest in.
constexpr double sinc_rings[] = {1.4303, 3.4709};

std::vector<planned_run> plan_sinc(const reproduce_settings&) {
  const config_json strategies{
    {"lgd", {{"kind", "lgd"}, {"pull", 0.1}}},
    {"easgd", {{"kind", "easgd"}, {"synchronous", true}, {"beta", 0.43}, {"period", 1}}},
    {"sgd", {{"kind", "sgd"}}},
  };
  std::vector<planned_run> runs;
  for (const auto& [name, strategy] : strategies.items())
    runs.push_back(
      planned(name, name,
              {{"groups", {{"workers", 4}}},
               {"objective", {{"kind", "sinc"}, {"starts", {{-6, -4}, {-15, -18}, {20, 11}, {17, 8}}}, {"trace", 1}}},
               {"strategy", strategy},
               {"optimizer", {{"learning_rate", 0.1}}},
               // A trace tells of a point by the step that is made from it.
               {"budget", {{"steps", sinc_iterations + 1}}}},
              true));
  return runs;
}

std::string upper(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

/// The ring of minima of that radius.
figure_curve ring(double radius, const std::string& label) {
  figure_curve curve{.label = label, .colour = reference_colour, .dashed = true};
  constexpr int corners = 180;
  for (int i = 0; i <= corners; ++i) {
    const auto angle = 2 * std::numbers::pi * i / corners;
    curve.points.push_back({radius * std::cos(angle), radius * std::sin(angle)});
  }
  return curve;
}

figure paths_figure(const std::string& strategy, const run_trace& trace) {
  figure f{.stem = "paths-" + strategy,
           .title = fmt::format("Where the workers went: {}", upper(strategy)),
           .caption =
             fmt::format("Paths of the four workers in the plane over {} iterations, from the dots on. Dashed: "
                         "the rings of minima at r = 1.43, the lowest, and r = 3.47.",
                         sinc_iterations),
           .x = {.label = "x"},
           .y = {.label = "y"},
           .equal_scale = true};
  for (const auto radius : sinc_rings)
    f.curves.push_back(ring(radius, radius == sinc_rings[0] ? "minima" : ""));
  for (std::size_t worker = 0; worker < trace.workers.size(); ++worker) {
    figure_curve path{.label = worker_names(4)[worker], .colour = worker};
    for (const auto& at : trace.workers[worker])
      if (at.point.size() == 2)
        path.points.push_back({at.point[0], at.point[1]});
    if (path.points.empty())
      continue;
    figure_curve start{.style = curve_style::points, .points = {path.points.front()}, .colour = worker};
    f.curves.push_back(std::move(path));
    f.curves.push_back(std::move(start));
  }
  return f;
}

figure losses_figure(const std::string& strategy, const run_trace& trace) {
  figure f{.stem = "f-" + strategy,
           .title = fmt::format("f of each worker: {}", upper(strategy)),
           .caption = "The value of the function where each worker stands.",
           .x = {.label = "iteration", .low = 0, .high = sinc_iterations},
           .y = {.label = "f", .low = -0.25, .high = 0.15}};
  for (std::size_t worker = 0; worker < trace.workers.size(); ++worker)
    f.curves.push_back({.label = worker_names(4)[worker], .points = losses_of(trace, worker), .colour = worker});
  return f;
}

figure sinc_leaders_figure(std::span<const led_iterations> turns) {
  return {.stem = "leaders",
          .title = "Who leads: LGD",
          .caption = fmt::format("The leader of each of the first {} iterations; later all workers have come together.",
                                 sinc_distinct_iterations),
          .x = {.label = "iteration", .low = 0, .high = sinc_distinct_iterations + 1},
          .y = {.names = worker_names(4)},
          .curves = {lanes_of(turns)}};
}

double last_of(const std::vector<figure_point>& curve) {
  return curve.empty() ? std::nan("") : curve.back().y;
}

/// f of the worker that stands worst at the end.
double worst_end(const run_trace& trace) {
  double worst = -1;
  for (std::size_t worker = 0; worker < trace.workers.size(); ++worker)
    worst = std::max(worst, last_of(losses_of(trace, worker)));
  return worst;
}

experiment_outcome conclude_sinc(const reproduce_settings&, const std::vector<finished_run>& runs) {
  experiment_outcome outcome;
  page_section section{.heading = "Four workers between rings of minima"};
  figure best{.stem = "best",
              .title = "The best worker",
              .caption = "The least value of the function over the four workers.",
              .x = {.label = "iteration", .low = 0, .high = sinc_iterations},
              .y = {.label = "f of the best worker"}};
  std::vector<figure> losses;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto trace = read_trace(runs[i].folder);
    const auto& strategy = runs[i].series;
    const auto curve = best_losses(trace);
    best.curves.push_back({.label = upper(strategy), .points = curve, .colour = i});
    const auto end = last_of(curve);
    if (strategy == "sgd") {
      outcome.findings.push_back({.what = "SGD: f of the best worker at the end", .found = fmt::format("{:.4f}", end)});
      continue;
    }
    section.figures.push_back(paths_figure(strategy, trace));
    losses.push_back(losses_figure(strategy, trace));
    if (strategy == "easgd") {
      outcome.findings.push_back({.what = "EASGD: f of the best worker at the end",
                                  .found = fmt::format("{:.4f}", end),
                                  .paper = "near -0.091",
                                  .agrees = std::abs(end + 0.091) < 5e-4});
      continue;
    }
    const auto turns =
      turns_of(std::span(trace.leaders).first(std::min(trace.leaders.size(), sinc_distinct_iterations)));
    const std::string paper = "1 (1 to 7), 4 (8 to 13), 1 (14 to 23), 3 (24 on)";
    outcome.findings.push_back({.what = "LGD: workers that lead, by iteration",
                                .found = turns_text(turns),
                                .paper = paper,
                                .agrees = turns_text(turns) == paper});
    outcome.findings.push_back({.what = "LGD: f of the worst worker at the end",
                                .found = fmt::format("{:.4f}", worst_end(trace)),
                                .paper = "near -0.217, as of all",
                                .agrees = std::abs(worst_end(trace) + 0.217) < 5e-4});
    losses.push_back(sinc_leaders_figure(turns));
  }
  section.figures.insert(section.figures.end(), losses.begin(), losses.end());
  section.figures.push_back(std::move(best));
  outcome.shown = {
    .title = "sinc: a leader that changes",
    .paragraphs = {"f(x, y) = sin(pi r) / (pi r), r the distance from (0, 0), has rings of minima, the "
                   "lowest at r = 1.43. Every worker starts on a ring of its own. Learning rate 0.1; LGD "
                   "with a pull of 0.1 a step, EASGD synchronous with beta 0.43, SGD each worker alone. "
                   "Nothing here is random."},
    .sections = {std::move(section)}};
  return outcome;
}

} // namespace

experiment sinc_experiment() {
  return {.name = "sinc",
          .about = "four workers on sin(pi r) / (pi r): the leader changes, and all come to the lowest ring",
          .plan = plan_sinc,
          .conclude = conclude_sinc};
}

} // namespace paceline
