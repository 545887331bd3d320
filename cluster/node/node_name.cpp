#include "cluster/node/node_name.hpp"

#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <unistd.h>

namespace paceline {

surroundings own_surroundings() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return {.variable =
            [](const char* name) {
              const char* value = std::getenv(name);
              return std::string(value == nullptr ? "" : value);
            },
          .host_name = host.data()};
}

std::string node_name_from_surroundings(const run_config& config, const surroundings& found) {
  const auto is_node = [&](const std::string& name) {
    return std::any_of(config.nodes.begin(), config.nodes.end(), [&](const auto& node) { return node.name == name; });
  };
  const auto slurm_name = found.variable("SLURMD_NODENAME");
  if (is_node(slurm_name))
    return slurm_name;
  const auto slurm_place = found.variable("SLURM_NODEID");
  std::size_t place = config.nodes.size();
  std::from_chars(slurm_place.data(), slurm_place.data() + slurm_place.size(), place);
  if (place < config.nodes.size())
    return config.nodes[place].name;
  const auto host = found.host_name.substr(0, found.host_name.find('.'));
  if (is_node(host))
    return host;
  std::vector<std::string> names;
  for (const auto& node : config.nodes)
    names.push_back(node.name);
  throw invalid_input(fmt::format("which node is this? --name says so; the host is \"{}\", SLURMD_NODENAME \"{}\", "
                                  "SLURM_NODEID \"{}\", and the file's nodes are {}",
                                  found.host_name, slurm_name, slurm_place, fmt::join(names, ", ")));
}

} // namespace paceline
