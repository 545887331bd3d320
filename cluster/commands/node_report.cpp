#include "cluster/commands/node_report.hpp"

#include "cluster/config/duration.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/config/strategy_keys.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/console/size_text.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/launch_timing.hpp"
#include "cluster/link/link_timing.hpp"
#include "cluster/wire/travelling_bytes.hpp"

#include <fmt/format.h>

namespace paceline {

namespace {

std::string groups_text(std::uint32_t first, std::uint32_t count) {
  return count == 1 ? fmt::format("group {}", first) : fmt::format("groups {} to {}", first, first + count - 1);
}

std::string place_text(const run_config::node_section& node) {
  if (node.host == "local")
    return "a process here";
  const auto user = node.user.empty() ? "" : node.user + "@";
  const auto port = node.port == 0 ? "" : fmt::format(" port {}", node.port);
  return fmt::format("ssh to {}{}{}", user, node.host, port);
}

std::string device_text(const run_config::node_section& node) {
  return node.device ? " on " + *node.device : "";
}

std::string lengthened(const std::string& text, std::chrono::nanoseconds from, std::chrono::nanoseconds to) {
  return fmt::format("{} {} to {}", text, format_duration(from), format_duration(to));
}

void report_limits(const run_config& config, std::vector<report_line>& lines) {
  const auto patience = config.network.patience;
  const link_timing link(std::chrono::duration_cast<std::chrono::milliseconds>(patience));
  const launch_timing launch(patience);
  const auto& supervision = config.supervision;
  lines.push_back({"patience", fmt::format("{}: a sign of life every {}, a node is lost after {} of silence",
                                           format_duration(patience), format_duration(link.heartbeat),
                                           format_duration(link.lost_after))});
  lines.push_back({"", fmt::format("{}; unreachable nodes are named after {}",
                                   lengthened("connects again after", link.first_backoff, link.longest_backoff),
                                   format_duration(link.says_unreachable_after))});
  lines.push_back({"", fmt::format("waits {} for all nodes before one of them decides for all, or a new one does",
                                   format_duration(patience))});
  lines.push_back(
    {"", fmt::format("{}, at most {} times within {}",
                     lengthened("starts a node again after", launch.first_restart_wait, launch.longest_restart_wait),
                     supervision.node_restarts, format_duration(supervision.restart_window))});
  lines.push_back({"", fmt::format("ssh gives up connecting after {}, and a silent host after 3 times {}",
                                   format_duration(launch.ssh_connect), format_duration(launch.ssh_alive))});
}

void report_traffic(const run_config& config, const parameter_layout& parameters, std::vector<report_line>& lines) {
  const auto others = config.nodes.size() - 1;
  if (config.strategy.kind == "sgd" || others == 0)
    return lines.push_back({"traffic", "no parameters between nodes"});
  if (strategy_keys::has_centre(config.strategy.kind))
    return lines.push_back(
      {"traffic",
       fmt::format("an exchange of a worker of another node than the centre's takes {} there and as much back",
                   size_text(static_cast<double>(travelling_bytes(parameters, frame_type::fp32))))});
  const auto period = strategy_of(config).period_global;
  const auto snapshot = static_cast<double>(travelling_bytes(parameters, config.network.snapshots));
  lines.push_back({"traffic", fmt::format("every {} a worker the global leader's node sends {} as {} to each of {}",
                                          count_text(period, "step"), size_text(snapshot),
                                          to_string(config.network.snapshots), count_text(others, "other node"))});
  const auto steps = static_cast<double>(period);
  lines.push_back({"", fmt::format("{} between nodes a period, {} received by each node for a step of its workers",
                                   size_text(snapshot * static_cast<double>(others)), size_text(snapshot / steps))});
}

} // namespace

std::vector<report_line> report_waits(const run_config& config) {
  const auto patience = config.network.patience;
  const launch_timing timing(patience);
  const auto& supervision = config.supervision;
  std::vector<report_line> lines;
  if (!config.deterministic)
    lines.push_back({"waits", fmt::format("{}, at most {} times within {}",
                                          lengthened("starts a worker again after", timing.first_worker_restart_wait,
                                                     timing.longest_worker_restart_wait),
                                          supervision.worker_restarts, format_duration(supervision.restart_window))});
  if (config.strategy.verify)
    lines.push_back({"", fmt::format("waits {} for the score of a candidate", format_duration(5 * patience))});
  return lines;
}

std::vector<report_line> report_nodes(const run_config& config, const parameter_layout& parameters) {
  std::vector<report_line> lines;
  if (config.nodes.empty())
    return lines;
  lines.push_back({"nodes", fmt::format("{}; {} decides for all, and where it is lost the first by name of the others",
                                        count_text(config.nodes.size(), "node"), config.nodes.front().name)});
  for (const auto& node : config.nodes)
    lines.push_back({"", fmt::format("node {}: {} of {}, {}, {}", node.name,
                                     groups_text(first_group_of(config, node.name), node.groups),
                                     count_text(config.groups.workers, "worker"), place_text(node) + device_text(node),
                                     endpoints_of(config, node).control)});
  report_limits(config, lines);
  report_traffic(config, parameters, lines);
  return lines;
}

} // namespace paceline
