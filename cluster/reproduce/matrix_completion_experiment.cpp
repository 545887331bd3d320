#include "cluster/reproduce/experiments.hpp"
#include "cluster/reproduce/run_trace.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace paceline {

namespace {

/// The experiment's size. What a step moves by follows from rate times size, so that a smaller one behaves alike.
struct matrix_scale {
  int size = 1000;
  std::vector<int> ranks{1, 10, 50, 100};
  std::size_t seeds = 3;
  double rate = 5e-4;
};

constexpr std::uint64_t matrix_iterations = 50;
constexpr int matrix_workers = 8;
/// Below this the leader is said to have arrived; what is left then are single-precision parameters' last digits.
constexpr double matrix_solved = 1e-6;
/// What is less is drawn as that.
constexpr double matrix_floor = 1e-12;

matrix_scale scale_of(const reproduce_settings& settings) {
  matrix_scale scale;
  if (settings.fast)
    scale = {.size = 100, .ranks = {1, 10}, .seeds = 1, .rate = 5e-3};
  scale.seeds = settings.seeds.value_or(scale.seeds);
  return scale;
}

std::string series_name(int rank, const std::string& strategy) {
  return fmt::format("rank-{}-{}", rank, strategy);
}

std::vector<planned_run> plan_matrix_completion(const reproduce_settings& settings) {
  const auto scale = scale_of(settings);
  // Of EASGD the paper gives rho, and alpha is the learning rate's share of it; a step of LGD has the same pull.
  const double strength = 0.2 * scale.rate;
  const config_json strategies{
    {"lgd", {{"kind", "lgd"}, {"pull", strength}}},
    {"easgd",
     {{"kind", "easgd"},
      {"synchronous", true},
      {"alpha", strength},
      {"beta", matrix_workers * strength},
      {"period", 1}}},
  };
  std::vector<planned_run> runs;
  for (const auto rank : scale.ranks)
    for (const auto& [strategy, section] : strategies.items())
      for (std::size_t seed = 1; seed <= scale.seeds; ++seed) {
        const auto series = series_name(rank, strategy);
        runs.push_back(planned(
          series, fmt::format("{}-{}", series, seed),
          {{"groups", {{"workers", matrix_workers}}},
           // Threads without places of their own share few cores best.
           {"device", {{"pin", false}}},
           {"objective",
            {{"kind", "matrix_completion"}, {"size", scale.size}, {"rank", rank}, {"seed", seed}, {"trace", 1}}},
           {"strategy", section},
           {"optimizer", {{"learning_rate", scale.rate}}},
           {"seed", seed},
           // A trace tells of a point by the step that is made from it.
           {"budget", {{"steps", matrix_iterations + 1}}}},
          true));
      }
  return runs;
}

/// The best worker's losses of all seeds of each series.
using matrix_curves = std::map<std::string, std::vector<std::vector<figure_point>>>;

matrix_curves curves_of(const std::vector<finished_run>& runs) {
  matrix_curves curves;
  for (const auto& run : runs)
    curves[run.series].push_back(best_losses(read_trace(run.folder)));
  return curves;
}

double y_at(const std::vector<figure_point>& curve, std::size_t iteration) {
  return iteration < curve.size() ? curve[iteration].y : std::nan("");
}

/// The first iteration after which the curve is below `bar`; empty where it never is.
std::optional<std::size_t> first_below(const std::vector<figure_point>& curve, double bar) {
  const auto found = std::find_if(curve.begin(), curve.end(), [bar](const auto& at) { return at.y < bar; });
  return found == curve.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - curve.begin()));
}

void add_findings(int rank, const banded_curve& lgd, const banded_curve& easgd, bool is_the_papers,
                  experiment_outcome& outcome) {
  const auto at_end = y_at(easgd.points, matrix_iterations);
  // A plateau: a tenth of the iterations earlier it was as good as there.
  const auto before = y_at(easgd.points, matrix_iterations * 9 / 10);
  const bool rests = at_end > matrix_solved && before < 1.1 * at_end;
  const bool has_number = rank == 10 && is_the_papers;
  outcome.findings.push_back({.what = fmt::format("rank {}: EASGD's best f after 50 iterations", rank),
                              .found = fmt::format("{:.3g}{}", at_end, rests ? ", at rest" : ""),
                              .paper = has_number ? "0.12, at rest" : "at rest on a plateau",
                              .agrees = has_number ? rests && std::abs(at_end / 0.12 - 1) < 0.03 : rests});
  const auto lgd_at_end = y_at(lgd.points, matrix_iterations);
  const auto arrived = first_below(lgd.points, matrix_solved);
  finding leader{.what = fmt::format("rank {}: LGD's best f after 50 iterations", rank),
                 .found = fmt::format("{:.2g}", lgd_at_end)};
  if (arrived)
    leader.found += fmt::format(", below 1e-6 from iteration {} on", *arrived);
  else
    leader.found +=
      fmt::format(", falling to {:.2f} of itself in a step", lgd_at_end / y_at(lgd.points, matrix_iterations - 1));
  if (is_the_papers) {
    leader.paper = rank == 10 ? "1e-7 in about 37 iterations" : "1e-7";
    leader.agrees = has_number ? arrived && *arrived <= 40 : arrived.has_value();
  } else {
    leader.paper = "goes on below EASGD's plateau";
    leader.agrees = lgd_at_end < at_end / 100;
  }
  outcome.findings.push_back(std::move(leader));
}

/// A seed whose leader arrives at the solution itself has no place on a logarithmic axis.
banded_curve from_floor_on(banded_curve curve) {
  for (auto& at : curve.points)
    at.y = std::max(at.y, matrix_floor);
  for (auto& at : curve.band) {
    at.low = std::max(at.low, matrix_floor);
    at.high = std::max(at.high, matrix_floor);
  }
  return curve;
}

figure matrix_figure(int rank, const matrix_scale& scale, const banded_curve& lgd, const banded_curve& easgd) {
  figure f{.stem = fmt::format("rank-{}", rank),
           .title = fmt::format("Rank {}", rank),
           .caption = scale.seeds > 1
                        ? fmt::format("f of the best of {} workers: the median over {} seeds, and the band from the "
                                      "least to the greatest.",
                                      matrix_workers, scale.seeds)
                        : fmt::format("f of the best of {} workers.", matrix_workers),
           .x = {.label = "iteration", .low = 0, .high = matrix_iterations},
           .y = {.label = "f of the best worker", .logarithmic = true}};
  if (rank == 1)
    f.caption += " What is below 1e-12 is drawn there.";
  f.curves.push_back({.label = "LGD", .points = lgd.points, .band = lgd.band, .colour = 0});
  f.curves.push_back({.label = "EASGD", .points = easgd.points, .band = easgd.band, .colour = 1});
  return f;
}

experiment_outcome conclude_matrix_completion(const reproduce_settings& settings,
                                              const std::vector<finished_run>& runs) {
  const auto scale = scale_of(settings);
  const auto curves = curves_of(runs);
  experiment_outcome outcome;
  page_section section{.heading = "The best worker, by iteration"};
  for (const auto rank : scale.ranks) {
    const auto lgd = median_of_curves(curves.at(series_name(rank, "lgd")));
    const auto easgd = median_of_curves(curves.at(series_name(rank, "easgd")));
    add_findings(rank, lgd, easgd, !settings.fast, outcome);
    section.figures.push_back(matrix_figure(rank, scale, from_floor_on(lgd), from_floor_on(easgd)));
  }
  outcome.shown = {
    .title = "matrix-completion: a plateau that only a centre has",
    .paragraphs = {fmt::format(
      "f(X) = |X X' - M|^2 / 4 (Frobenius) with M = Y Y'; X and Y have {} rows and as many columns as the rank, "
      "with entries of N(0, 1). {} workers from random starts, learning rate {:g}; LGD with a pull of {:g} a "
      "step, EASGD synchronous with rho 0.2, an alpha of {:g}.",
      scale.size, matrix_workers, scale.rate, 0.2 * scale.rate, 0.2 * scale.rate)},
    .sections = {std::move(section)}};
  return outcome;
}

} // namespace

experiment matrix_completion_experiment() {
  return {.name = "matrix-completion",
          .about = "eight workers factor a matrix: EASGD stays on a plateau, LGD goes on",
          .plan = plan_matrix_completion,
          .conclude = conclude_matrix_completion};
}

} // namespace paceline
