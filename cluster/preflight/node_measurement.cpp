#include "cluster/preflight/node_measurement.hpp"

#include "actors/actor_system.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/launch/task.hpp"
#include "cluster/link/large_memory.hpp"
#include "cluster/node/link_setup.hpp"
#include "cluster/preflight/link_meter.hpp"
#include "cluster/preflight/worker_measurement.hpp"
#include "cluster/wire/travelling_bytes.hpp"

#include <caf/actor_system.hpp>

#include <chrono>

namespace paceline {

namespace {

constexpr auto training_time = std::chrono::seconds(2);

node_findings findings_of(const run_config& config, const training_task& task, const std::string& name) {
  const auto& layout = task.network.parameters();
  return {.node = name,
          .worker = {},
          .model = task.network.name(),
          .parameters = layout.trained_size(),
          .snapshot_bytes = travelling_bytes(layout, config.network.snapshots),
          .links = {}};
}

} // namespace

node_findings measure_node(const run_config& config, const std::string& name) {
  if (name.empty()) {
    const auto task = load_task(config);
    auto findings = findings_of(config, task, name);
    findings.worker = measure_workers(config, task, {.first = 0, .count = config.workers()}, training_time);
    return findings;
  }
  const auto& node = node_named(config, name);
  keep_large_memory();
  const auto own = with_device_of(config, node);
  const auto task = load_task(own);
  auto findings = findings_of(config, task, name);
  if (uses_ipc(config))
    make_ipc_folder(config);
  auto settings = link_settings_of(config, node, task.network.parameters());
  // So a node that trains does not take this one for one of its run.
  settings.config = "{\"preflight\":true," + settings.config.substr(1);
  actor_system_settings actors;
  caf::actor_system system(actors);
  link_meter meter(system, std::move(settings), task.network.parameters().size(), findings.snapshot_bytes);
  findings.worker = measure_workers(
    own, task, {.first = workers_before(config, node), .count = std::size_t{node.groups} * config.groups.workers},
    training_time);
  findings.links = meter.measure(findings.worker.steps);
  return findings;
}

} // namespace paceline
