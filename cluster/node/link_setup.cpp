#include "cluster/node/link_setup.hpp"

#include "cluster/config/nodes.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/config/strategy_keys.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <random>

namespace paceline {

namespace {

std::uint64_t random_incarnation() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::vector<node_endpoints> peers_of(const run_config& config, const std::string& own) {
  std::vector<node_endpoints> peers;
  for (const auto& node : config.nodes)
    if (node.name != own)
      peers.push_back(endpoints_of(config, node));
  return peers;
}

std::vector<std::size_t> slice_sizes(const parameter_layout& layout) {
  std::vector<std::size_t> sizes;
  for (const auto& slice : layout.slices())
    sizes.push_back(slice.size);
  return sizes;
}

} // namespace

link_settings link_settings_of(const run_config& config, const run_config::node_section& node,
                               const parameter_layout& layout) {
  link_settings settings;
  settings.own = listening_endpoints_of(config, node);
  settings.peers = peers_of(config, node.name);
  settings.incarnation = random_incarnation();
  settings.config = to_json(config).dump();
  settings.fingerprint = layout.fingerprint();
  settings.slices = slice_sizes(layout);
  settings.snapshots_as = config.network.snapshots;
  settings.exchanges = strategy_keys::has_centre(config.strategy.kind);
  settings.max_snapshot_age = config.strategy.max_report_age;
  settings.patience = std::chrono::duration_cast<std::chrono::milliseconds>(config.network.patience);
  if (!config.security.keys.empty())
    settings.keys = load_node_keys(config.security.keys);
  return settings;
}

namespace {

template <class Counts>
std::size_t workers_beside(const run_config& config, const run_config::node_section& node, Counts counts) {
  std::uint32_t groups = 0;
  for (const auto& other : config.nodes)
    if (other.host == node.host && counts(other))
      groups += other.groups;
  return std::size_t{groups} * config.groups.workers;
}

} // namespace

std::size_t workers_before(const run_config& config, const run_config::node_section& node) {
  return workers_beside(config, node, [&](const auto& other) { return other.name < node.name; });
}

std::size_t workers_on_host_of(const run_config& config, const run_config::node_section& node) {
  return workers_beside(config, node, [](const auto&) { return true; });
}

} // namespace paceline
