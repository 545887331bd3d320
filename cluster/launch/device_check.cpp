#include "cluster/launch/device_check.hpp"

#include "cluster/config/nodes.hpp"
#include "compute/devices.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace paceline {

namespace {

bool is_gpu(const std::string& backend) {
  return backend.starts_with("cuda:");
}

void require_gpu(const std::string& key, const std::string& gpu) {
  std::string problem = "there is no such GPU";
  for (const auto& device : list_devices()) {
    if (device.name == gpu && device.problem.empty())
      return;
    if (device.name == gpu || device.name == "cuda")
      problem = device.problem;
  }
  throw invalid_input(
    fmt::format("{}: found \"{}\", which cannot be used here: {}; allowed: \"cpu\", \"auto\", or a GPU that "
                "`paceline devices` lists as usable",
                key, gpu, problem));
}

} // namespace

void require_devices(const run_config& config) {
  if (config.nodes.empty() && is_gpu(config.device.backend))
    require_gpu("device.backend", config.device.backend);
  for (std::size_t i = 0; i < config.nodes.size(); ++i) {
    const auto& node = config.nodes[i];
    if (node.host != "local")
      continue;
    const auto& backend = node.device.value_or(config.device.backend);
    if (is_gpu(backend))
      require_gpu(node.device ? fmt::format("device of node {}", node.name) : "device.backend", backend);
  }
}

run_config as_run_here(const run_config& config) {
  if (config.nodes.empty())
    return config;
  for (const auto& node : config.nodes)
    if (node.host == "local")
      return with_device_of(config, node);
  auto elsewhere = config;
  if (is_gpu(config.device.backend))
    elsewhere.device.backend = "cpu";
  return elsewhere;
}

} // namespace paceline
