#include "cluster/reproduce/experiments.hpp"
#include "cluster/reproduce/run_trace.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace paceline {

namespace {

constexpr std::size_t identity_workers = 4;
constexpr std::uint64_t identity_period = 4;
/// Elections shown one by one: as many as can be told apart.
constexpr std::size_t identity_shown = 100;
/// The paper's shares of the elections, the rarest leader first.
constexpr double identity_paper[] = {19, 21, 26, 34};
/// In points of a hundred by which shares of another network on other pictures may differ.
constexpr double identity_tolerance = 10;

std::vector<planned_run> plan_leader_identity(const reproduce_settings& settings) {
  std::vector<planned_run> runs;
  const std::size_t seeds = settings.seeds.value_or(settings.fast ? 2 : 5);
  for (std::size_t seed = 1; seed <= seeds; ++seed)
    runs.push_back(planned("lsgd", fmt::format("lsgd-{}", seed),
                           {{"groups", {{"workers", identity_workers}}},
                            {"device", {{"pin", false}}},
                            {"data",
                             {{"kind", "glyphs"},
                              {"train_size", settings.fast ? 800 : 8000},
                              {"test_size", settings.fast ? 100 : 1000},
                              {"batch_size", 32}}},
                            {"model", "mlp"},
                            {"strategy",
                             {{"kind", "lsgd"},
                              {"period_group", identity_period},
                              {"period_global", identity_period},
                              {"pull_group", 0},
                              {"pull_global", 0.1}}},
                            {"optimizer", {{"learning_rate", 0.05}, {"weight_decay", 1e-4}}},
                            {"seed", seed},
                            {"budget", {{"steps", settings.fast ? 80 : 800}}}},
                           true));
  return runs;
}

/// In percent of a run's elections, by worker.
std::vector<double> election_shares(const run_trace& trace) {
  std::vector<double> shares(trace.workers.size());
  constexpr double all = 100;
  for (const auto leader : trace.leaders)
    shares[leader] += all / static_cast<double>(trace.leaders.size());
  return shares;
}

/// Which worker is the rarest leader is chance: shares of several runs are compared in their order.
figure_curve bars_of(const std::vector<std::vector<double>>& sorted_shares) {
  figure_curve bars{.label = "found", .style = curve_style::bars, .colour = 0};
  for (std::size_t place = 0; place < identity_workers; ++place) {
    double sum = 0;
    figure_band_point band{.x = static_cast<double>(place), .low = 100, .high = 0};
    for (const auto& shares : sorted_shares) {
      sum += shares[place];
      band.low = std::min(band.low, shares[place]);
      band.high = std::max(band.high, shares[place]);
    }
    bars.points.push_back({static_cast<double>(place), sum / static_cast<double>(sorted_shares.size())});
    if (sorted_shares.size() > 1)
      bars.band.push_back(band);
  }
  return bars;
}

figure shares_by_place(const std::vector<std::vector<double>>& sorted_shares) {
  figure f{.stem = "shares",
           .title = "How often each worker led",
           .caption =
             fmt::format("Share of the elections that a worker won, from the rarest leader of a run to the most "
                         "frequent: the mean over {} seeds, and lines from the least to the greatest of them.",
                         sorted_shares.size()),
           .x = {.label = "workers of a run, by how often they led", .names = {"rarest", "third", "second", "first"}},
           .y = {.label = "share of the elections (%)", .low = 0},
           .curves = {bars_of(sorted_shares)}};
  figure_curve paper{.label = "paper", .style = curve_style::bars, .colour = 1};
  for (std::size_t place = 0; place < identity_workers; ++place)
    paper.points.push_back({static_cast<double>(place), identity_paper[place]});
  f.curves.push_back(std::move(paper));
  return f;
}

figure identity_lanes(const run_trace& trace) {
  const auto shown = std::min(trace.leaders.size(), identity_shown);
  return {.stem = "leaders",
          .title = "Who leads",
          .caption = fmt::format("Winners of the first {} elections of the first seed; there is one every {} steps of "
                                 "each worker.",
                                 shown, identity_period),
          .x = {.label = "election", .low = 0, .high = static_cast<double>(shown) + 1},
          .y = {.names = worker_names(identity_workers)},
          .curves = {lanes_of(turns_of(std::span(trace.leaders).first(shown)))}};
}

bool is_near_the_papers(const std::vector<figure_point>& bars) {
  return std::equal(bars.begin(), bars.end(), std::begin(identity_paper), std::end(identity_paper),
                    [](const auto& found, double paper) { return std::abs(found.y - paper) <= identity_tolerance; });
}

experiment_outcome conclude_leader_identity(const reproduce_settings& settings, const std::vector<finished_run>& runs) {
  experiment_outcome outcome;
  page_section section{.heading = "Leadership goes round"};
  std::vector<std::vector<double>> sorted_shares;
  std::size_t elections = 0;
  std::size_t changes = 0;
  for (const auto& run : runs) {
    const auto trace = read_trace(run.folder);
    if (section.figures.empty())
      section.figures.push_back(identity_lanes(trace));
    elections += trace.leaders.size();
    const auto turns = turns_of(trace.leaders).size();
    changes += turns == 0 ? 0 : turns - 1;
    auto shares = election_shares(trace);
    std::sort(shares.begin(), shares.end());
    sorted_shares.push_back(std::move(shares));
  }
  const auto bars = bars_of(sorted_shares).points;
  const bool everybody_leads =
    std::all_of(sorted_shares.begin(), sorted_shares.end(), [](const auto& shares) { return shares.front() > 0; });
  outcome.findings.push_back(
    {.what = "shares of the elections, rarest leader first",
     .found = fmt::format("{:.0f}/{:.0f}/{:.0f}/{:.0f} %", bars[0].y, bars[1].y, bars[2].y, bars[3].y),
     .paper = "19/21/26/34 %",
     .agrees = settings.fast ? std::nullopt : std::optional(is_near_the_papers(bars))});
  outcome.findings.push_back({.what = "every worker leads now and then",
                              .found = everybody_leads ? "yes, in every run" : "not in every run",
                              .paper = "yes",
                              .agrees = settings.fast ? std::nullopt : std::optional(everybody_leads)});
  outcome.findings.push_back(
    {.what = "elections that changed the leader", .found = fmt::format("{} of {}", changes, elections)});
  section.figures.push_back(shares_by_place(sorted_shares));
  outcome.shown = {
    .title = "leader-identity: who leads",
    .paragraphs = {fmt::format("The perceptron mlp on glyphs, in place of the paper's networks on CIFAR-10: {} workers "
                               "by LSGD, with an election every {} steps by the mean of the last 10 losses, a pull of "
                               "0.1, batches of 32 and a learning rate of 0.05; {} seeds. The paper's shares are those "
                               "of one of its runs with four workers.",
                               identity_workers, identity_period, runs.size())},
    .sections = {std::move(section)}};
  return outcome;
}

} // namespace

experiment leader_identity_experiment() {
  return {.name = "leader-identity",
          .about = "four workers train a network: every one of them leads now and then",
          .plan = plan_leader_identity,
          .conclude = conclude_leader_identity};
}

} // namespace paceline
