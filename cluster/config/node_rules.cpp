#include "cluster/config/node_rules.hpp"

#include "cluster/config/config_json.hpp"
#include "cluster/config/node_keys.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/config/rule_reporter.hpp"
#include "cluster/config/tcp_address.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace paceline {

namespace {

using node_section = run_config::node_section;

class node_checker : rule_reporter {
 public:
  node_checker(const run_config& config, error_list& errors)
    : rule_reporter(errors), config_(config), nodes_(config.nodes) {}

  void patience() {
    constexpr auto least = std::chrono::milliseconds(100);
    constexpr auto most = std::chrono::minutes(10);
    const auto patience = config_.network.patience;
    if (errors_.is_clean("network.patience") && (patience < least || patience > most))
      fail("network.patience", shown(format_duration(patience)), "a duration from \"100ms\" to \"10min\"");
  }

  void run_as_a_whole() {
    if (config_.deterministic && errors_.is_clean("deterministic"))
      fail("deterministic", "true with nodes",
           "false; or no nodes, since only workers of one process can be kept in lock-step");
    const auto groups = groups_of(nodes_);
    if (errors_.is_clean("groups.count") && errors_.is_clean("nodes") && groups != config_.groups.count)
      fail("groups.count", fmt::format("{} with nodes of {} groups together", config_.groups.count, groups),
           fmt::format("{}, or no groups.count", groups));
    if (errors_.is_clean("nodes") && groups > most_groups)
      fail("nodes", fmt::format("{} groups together", groups), fmt::format("at most {}", most_groups));
  }

  void names() {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      for (std::size_t earlier = 0; earlier < i; ++earlier)
        if (is_clean(i, "name") && is_clean(earlier, "name") && nodes_[i].name == nodes_[earlier].name) {
          fail(path(i, "name"), fmt::format("{}, as nodes[{}]", shown(nodes_[i].name), earlier),
               "a name that no other node has");
          break;
        }
  }

  /// Sockets of the file system do where all nodes share it; else every node needs an address.
  void presence_of_addresses() {
    const auto has_address = [](const node_section& node) { return !node.address.empty(); };
    const auto remote =
      std::find_if(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.host != "local"; });
    if (remote == nodes_.end() && std::none_of(nodes_.begin(), nodes_.end(), has_address))
      return;
    const auto why =
      remote != nodes_.end() ? fmt::format("is on {}", shown(remote->host)) : std::string("has an address");
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (is_clean(i, "address") && nodes_[i].address.empty())
        fail(path(i, "address"), "nothing",
             fmt::format("tcp://HOST:PORT by which the others reach this node, since one of the nodes {}", why));
  }

  void distinct_addresses() {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      for (std::size_t earlier = 0; earlier < i; ++earlier)
        if (is_clean(i, "address") && is_clean(earlier, "address") && overlap(nodes_[i], nodes_[earlier])) {
          fail(path(i, "address"),
               fmt::format("{} next to {} of nodes[{}]", shown(nodes_[i].address), shown(nodes_[earlier].address),
                           earlier),
               "an address whose port lies at least 3 from every other one of the same host");
          break;
        }
  }

  void reach() {
    if (!config_.security.keys.empty() || !errors_.is_clean("security"))
      return;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const auto address = parse_tcp_address(nodes_[i].address);
      if (address && is_clean(i, "address") && !is_loopback(address->host))
        fail(path(i, "address"), shown(nodes_[i].address) + " without security.keys",
             "an address of this machine alone, such as \"tcp://127.0.0.1:7100\"; or make keys with `paceline keys "
             "DIR` and name that folder in security.keys");
    }
  }

 private:
  static constexpr std::uint32_t most_groups = 65535;

  static bool overlap(const node_section& a, const node_section& b) {
    const auto first = parse_tcp_address(a.address);
    const auto second = parse_tcp_address(b.address);
    return first && second && first->host == second->host
           && std::abs(int{first->port} - int{second->port}) < tcp_address_text::ports;
  }

  static std::string path(std::size_t node, const std::string& key) {
    return path_below(path_below("nodes", node), key);
  }

  bool is_clean(std::size_t node, const std::string& key) const { return errors_.is_clean(path(node, key)); }

  const run_config& config_;
  const std::vector<node_section>& nodes_;
};

} // namespace

void check_node_rules(const run_config& config, error_list& errors) {
  node_checker rules(config, errors);
  rules.patience();
  if (config.nodes.empty())
    return;
  rules.run_as_a_whole();
  rules.names();
  rules.presence_of_addresses();
  rules.distinct_addresses();
  rules.reach();
}

} // namespace paceline
