#include "cluster/preflight/preflight_report.hpp"

#include "cluster/console/count_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

/// What is to be expected of the file as it is; empty where its strategy has no such periods.
std::optional<exchange_forecast> forecast_of_file(const run_config& config, const exchange_costs& costs) {
  const auto& strategy = config.strategy;
  if (strategy.kind != "lsgd")
    return std::nullopt;
  return forecast(costs, {.group = strategy.period_group, .global = strategy.period_global});
}

std::string in_milliseconds(double seconds) {
  return fmt::format("{:.3f}", 1000 * seconds);
}

std::string in_percent(double share) {
  return fmt::format("{:.2f} %", 100 * share);
}

std::string in_megabytes(double bytes) {
  return fmt::format("{:.3f}", bytes / 1e6);
}

/// What is shown for the one node of a run without nodes.
std::string shown_name(const std::string& node) {
  return node.empty() ? "this process" : node;
}

std::string nodes_text(const preflight_result& result) {
  std::string text =
    fmt::format("{:<14}{:>12}{:>12}{:>12}{:>8}\n", "node", "ms a step", "ms a pull", "ms a copy", "steps");
  for (const auto& each : result.findings)
    text += fmt::format("{:<14}{:>12}{:>12}{:>12}{:>8}\n", shown_name(each.node),
                        in_milliseconds(each.worker.seconds_a_step), in_milliseconds(each.worker.seconds_a_pull),
                        in_milliseconds(each.worker.seconds_a_copy), each.worker.steps);
  for (const auto& each : result.silent)
    text += fmt::format("{:<14}  {}\n", each.node, each.why);
  return text;
}

std::string links_text(const preflight_result& result) {
  std::string text;
  for (const auto& from : result.findings)
    for (const auto& link : from.links) {
      const auto names = fmt::format("{:<14}{:<14}", from.node, link.node);
      if (link.problem.empty())
        text += fmt::format("{}{:>14}{:>10}{:>10.1f}\n", names, in_milliseconds(link.round_trip_seconds),
                            in_milliseconds(link.round_trip_p99_seconds), link.bytes_per_second / 1e6);
      else
        text += fmt::format("{}  {}\n", names, link.problem);
    }
  if (text.empty())
    return text;
  return fmt::format("\n{:<14}{:<14}{:>14}{:>10}{:>10}\n{}", "from", "to", "ms there+back", "ms p99", "MB/s", text);
}

std::string forecast_text(const std::string& label, const exchange_forecast& expected, bool has_links) {
  const auto row = fmt::format("{:<14}{:>14}{:>15}{:>16}", label, expected.periods.group, expected.periods.global,
                               in_percent(expected.worker_share));
  return has_links ? fmt::format("{}{:>14}{:>15}{:>12}\n", row, in_percent(expected.exchange_share),
                                 in_megabytes(expected.bytes_per_second), in_percent(expected.bandwidth_share))
                   : row + "\n";
}

std::string advice_text(const run_config& config, const exchange_costs& costs) {
  const bool has_links = costs.bytes_per_second > 0;
  auto text = fmt::format("\n{:<14}{:>14}{:>15}{:>16}", "", "period_group", "period_global", "worker's time");
  text += has_links ? fmt::format("{:>14}{:>15}{:>12}\n", "under way", "MB/s between", "of a link") : std::string("\n");
  text += forecast_text("recommended", forecast(costs, recommended_periods(costs)), has_links);
  if (const auto expected = forecast_of_file(config, costs))
    text += forecast_text("the file", *expected, has_links);
  else
    text += fmt::format("the file      no such exchange: strategy.kind is {}\n", config.strategy.kind);
  if (!has_links && config.nodes.size() > 1)
    text += "no link was measured: period_global is recommended for what happens inside a process alone\n";
  return text;
}

json to_json(const exchange_forecast& expected) {
  return {{"period_group", expected.periods.group},        {"period_global", expected.periods.global},
          {"worker_share", expected.worker_share},         {"exchange_share", expected.exchange_share},
          {"bytes_per_second", expected.bytes_per_second}, {"bandwidth_share", expected.bandwidth_share}};
}

} // namespace

std::optional<exchange_costs> costs_of(const run_config& config, const preflight_result& result) {
  if (result.findings.empty())
    return std::nullopt;
  const auto& first = result.findings.front();
  exchange_costs costs{.seconds_a_step = first.worker.seconds_a_step,
                       .workers_of_group = config.groups.workers,
                       .workers = config.workers(),
                       .nodes = static_cast<std::uint32_t>(std::max<std::size_t>(config.nodes.size(), 1)),
                       .snapshot_bytes = static_cast<double>(first.snapshot_bytes)};
  for (const auto& each : result.findings) {
    costs.seconds_a_step = std::min(costs.seconds_a_step, each.worker.seconds_a_step);
    costs.seconds_a_pull = std::max(costs.seconds_a_pull, each.worker.seconds_a_pull);
    costs.seconds_a_copy = std::max(costs.seconds_a_copy, each.worker.seconds_a_copy);
    for (const auto& link : each.links) {
      if (!link.problem.empty() || link.bytes_per_second <= 0)
        continue;
      const bool is_first = costs.bytes_per_second <= 0;
      costs.bytes_per_second =
        is_first ? link.bytes_per_second : std::min(costs.bytes_per_second, link.bytes_per_second);
      costs.round_trip_seconds = std::max(costs.round_trip_seconds, link.round_trip_seconds);
    }
  }
  return costs;
}

std::vector<std::string> problems_of(const preflight_result& result) {
  std::vector<std::string> lines;
  for (const auto& each : result.silent)
    lines.push_back(fmt::format("node {}: {}", each.node, each.why));
  const auto is_silent = [&](const std::string& node) {
    return std::any_of(result.silent.begin(), result.silent.end(), [&](const auto& each) { return each.node == node; });
  };
  for (const auto& from : result.findings)
    for (const auto& link : from.links)
      if (!link.problem.empty() && !is_silent(link.node))
        lines.push_back(fmt::format("node {}, from node {}: {}", link.node, from.node, link.problem));
  return lines;
}

std::string to_text(const run_config& config, const preflight_result& result) {
  std::string text;
  if (!result.findings.empty()) {
    const auto& first = result.findings.front();
    text = fmt::format("{}: {} ({} parameters), batches of {}, {} a worker; a snapshot is {} MB\n", config.output.name,
                       first.model, first.parameters, config.data.batch_size,
                       count_text(static_cast<std::uint64_t>(config.device.threads_per_worker), "thread"),
                       in_megabytes(static_cast<double>(first.snapshot_bytes)));
  }
  text += nodes_text(result) + links_text(result);
  if (const auto costs = costs_of(config, result))
    text += advice_text(config, *costs);
  return text;
}

json to_json(const run_config& config, const preflight_result& result) {
  auto nodes = json::array();
  for (const auto& each : result.findings)
    nodes.push_back(to_json(each));
  auto silent = json::array();
  for (const auto& each : result.silent)
    silent.push_back({{"node", each.node}, {"why", each.why}});
  json document{{"nodes", std::move(nodes)}, {"silent", std::move(silent)}, {"problems", problems_of(result)}};
  if (const auto costs = costs_of(config, result)) {
    document["recommended"] = to_json(forecast(*costs, recommended_periods(*costs)));
    const auto expected = forecast_of_file(config, *costs);
    document["file"] = expected ? to_json(*expected) : json();
  }
  return document;
}

} // namespace paceline
