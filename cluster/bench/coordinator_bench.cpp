#include "cluster/bench/coordinator_bench.hpp"

#include "cluster/bench/median.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/launch/node_commands.hpp"
#include "cluster/launch/node_supervisor.hpp"
#include "cluster/launch/signal_watch.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace paceline {

namespace {

using clock = std::chrono::steady_clock;

/// Beside the time of measuring: to start, to meet, to settle.
constexpr std::chrono::seconds longest_beginning{90};

supervised_node node_process(const coordinator_node_settings& settings, const std::string& name) {
  const child_command start{.arguments = {own_executable(), "bench", "coordinator-node", "--nodes",
                                          std::to_string(settings.bench.nodes), "--workers",
                                          std::to_string(settings.bench.workers), "--seconds",
                                          fmt::format("{}", settings.bench.seconds), "--node",
                                          std::to_string(settings.node), "--run", settings.run}};
  return {.name = name, .start = start, .restart = start};
}

/// What the nodes' processes say while they run.
struct told {
  std::map<std::string, coordinator_finding> findings;
  std::map<std::string, std::string> last_error;
  /// A node that ended before all were ended.
  std::string died;
  bool interrupted = false;
  bool over = false;

  void take_line(const std::string& node, std::string_view line, bool is_error) {
    if (is_error)
      last_error[node] = line;
    else if (auto finding = coordinator_finding_from_json(line); finding && finding->node == node)
      findings[node] = *std::move(finding);
  }

  void look_at(const std::vector<supervised_end>& ends) {
    for (const auto& end : ends)
      if (end.code && !over && died.empty())
        died = end.name;
  }

  coordinator_bench_result result(const run_config& config) const {
    if (interrupted)
      throw std::runtime_error("bench coordinator: was stopped");
    coordinator_bench_result all;
    for (const auto& node : config.nodes) {
      const auto found = findings.find(node.name);
      if (found == findings.end())
        throw std::runtime_error(why_silent(died.empty() ? node.name : died));
      all.nodes.push_back(found->second);
    }
    if (std::ranges::count(all.nodes, true, &coordinator_finding::holds_seat) != 1)
      throw std::runtime_error("bench coordinator: the global leader's seat changed hands on the way");
    return all;
  }

 private:
  std::string why_silent(const std::string& node) const {
    const auto said = last_error.find(node);
    return fmt::format("bench coordinator: node {}: {}", node,
                       said == last_error.end() ? "found nothing in time" : said->second);
  }
};

double median_share(const std::vector<coordinator_finding>& nodes, bool holds_seat, double coordinator_finding::*of) {
  std::vector<double> shares;
  for (const auto& node : nodes)
    if (node.holds_seat == holds_seat)
      shares.push_back(node.*of / node.seconds);
  return median(shares);
}

double reports_a_second(const coordinator_bench_result& result) {
  double rate = 0;
  for (const auto& node : result.nodes)
    rate += static_cast<double>(node.reports) / node.seconds;
  return rate;
}

const coordinator_finding& holder_of(const coordinator_bench_result& result) {
  return *std::ranges::find(result.nodes, true, &coordinator_finding::holds_seat);
}

} // namespace

seat_costs costs_of(const coordinator_bench_result& result) {
  std::vector<double> others;
  for (const auto& node : result.nodes)
    if (!node.holds_seat)
      others.push_back(node.share());
  return {.holder = holder_of(result).share(), .other = median(others)};
}

coordinator_bench_result run_coordinator_bench(const coordinator_bench_settings& settings) {
  constexpr int kill = 2;
  constexpr int ending_signal = 3;
  const signal_watch signals(ending_signal);
  const coordinator_node_settings of_all{.bench = settings, .run = fmt::format("bench-coordinator-{}", ::getpid())};
  const auto config = coordinator_config(of_all);
  std::vector<supervised_node> processes;
  for (std::uint32_t node = 0; node < settings.nodes; ++node) {
    auto one = of_all;
    one.node = node;
    processes.push_back(node_process(one, config.nodes[node].name));
  }
  const auto until = clock::now() + longest_beginning + std::chrono::duration<double>(settings.seconds);
  told found;
  supervise(processes, {.limits = {.most = 0},
                        .on_line = [&](const std::string& node, std::string_view line,
                                       bool is_error) { found.take_line(node, line, is_error); },
                        .on_event = [](const std::string&) {},
                        .signals =
                          [&] {
                            found.interrupted = signals.signalled();
                            found.over = found.interrupted || !found.died.empty() || clock::now() > until
                                         || found.findings.size() == settings.nodes;
                            return found.over ? kill : 0;
                          },
                        .on_change = [&](const std::vector<supervised_end>& ends) { found.look_at(ends); }});
  std::error_code ignored;
  std::filesystem::remove_all(ipc_folder(config), ignored);
  return found.result(config);
}

std::string to_text(const coordinator_bench_settings& settings, const coordinator_bench_result& result) {
  const auto costs = costs_of(result);
  const auto& holder = holder_of(result);
  const auto percent = [](double share) { return 100 * share; };
  return fmt::format(
    "{} workers on {} nodes over ipc, {:.0f} loss reports/s, {:.0f} counted by the global leader: the seat costs "
    "{:.2f} % of a core\n"
    "beside the workers' threads its node takes {:.2f} % (link {:.2f}, actors {:.2f}), another node {:.2f} % (link "
    "{:.2f}, actors {:.2f}; medians of {}), over {:.0f} s",
    settings.nodes * settings.workers, settings.nodes, reports_a_second(result), holder.counted_a_second,
    percent(costs.seat()), percent(costs.holder), percent(holder.link_seconds / holder.seconds),
    percent(holder.actor_seconds / holder.seconds), percent(costs.other),
    percent(median_share(result.nodes, false, &coordinator_finding::link_seconds)),
    percent(median_share(result.nodes, false, &coordinator_finding::actor_seconds)), result.nodes.size() - 1,
    holder.seconds);
}

nlohmann::json to_json(const coordinator_bench_settings& settings, const coordinator_bench_result& result) {
  const auto costs = costs_of(result);
  auto nodes = nlohmann::json::array();
  for (const auto& node : result.nodes)
    nodes.push_back(to_json(node));
  return {{"benchmark", "coordinator"},
          {"workers", settings.nodes * settings.workers},
          {"reports_per_second", reports_a_second(result)},
          {"counted_per_second", holder_of(result).counted_a_second},
          {"holder_share", costs.holder},
          {"other_share", costs.other},
          {"seat_share", costs.seat()},
          {"nodes", nodes}};
}

} // namespace paceline
