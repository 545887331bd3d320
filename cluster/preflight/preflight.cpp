#include "cluster/preflight/preflight.hpp"

#include "cluster/config/nodes.hpp"
#include "cluster/preflight/node_measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace paceline {

namespace {

using std::chrono::steady_clock;

/// What the nodes' processes say while they run.
class told {
 public:
  explicit told(std::chrono::nanoseconds patience) : patience_(patience) {}

  void take_line(const std::string& node, std::string_view line, bool is_error) {
    if (is_error) {
      last_error_[node] = line;
      return;
    }
    auto findings = findings_from_json(line);
    if (!findings || findings->node != node)
      return;
    findings_.insert_or_assign(node, *std::move(findings));
    last_at_ = steady_clock::now();
  }

  /// Nodes that reach each other end together; a host that does not answer ssh would keep all waiting.
  bool is_overdue() const { return last_at_ && steady_clock::now() - *last_at_ > 5 * patience_; }

  preflight_result result(const std::vector<supervised_end>& ends) const {
    preflight_result all;
    for (const auto& end : ends) {
      if (const auto found = findings_.find(end.name); found != findings_.end())
        all.findings.push_back(found->second);
      else
        all.silent.push_back({.node = end.name, .why = why(end)});
    }
    return all;
  }

 private:
  std::string why(const supervised_end& end) const {
    constexpr std::string_view prefix = "paceline: ";
    if (const auto found = last_error_.find(end.name); found != last_error_.end())
      return found->second.starts_with(prefix) ? found->second.substr(prefix.size()) : found->second;
    return fmt::format("ended with exit code {} without a word", end.code.value_or(0));
  }

  std::chrono::nanoseconds patience_;
  std::map<std::string, node_findings> findings_;
  std::map<std::string, std::string> last_error_;
  std::optional<steady_clock::time_point> last_at_;
};

} // namespace

preflight_result run_preflight(const run_config& config, const launch_tools& tools,
                               const std::function<int()>& signals) {
  if (config.nodes.empty())
    return {.findings = {measure_node(config, "")}, .silent = {}};
  std::vector<supervised_node> nodes;
  for (const auto& node : config.nodes)
    nodes.push_back(measuring_node_of(config, node, tools));
  told found(config.network.patience);
  constexpr int kill = 2;
  const supervision_settings settings{.limits = {},
                                      .on_line = [&](const std::string& node, std::string_view line,
                                                     bool is_error) { found.take_line(node, line, is_error); },
                                      .on_event = [](const std::string&) {},
                                      .signals = [&] { return found.is_overdue() ? kill : signals(); },
                                      .on_change = [](const std::vector<supervised_end>&) {}};
  const auto ends = supervise(nodes, settings);
  if (uses_ipc(config)) {
    std::error_code ignored;
    std::filesystem::remove_all(ipc_folder(config), ignored);
  }
  return found.result(ends);
}

} // namespace paceline
