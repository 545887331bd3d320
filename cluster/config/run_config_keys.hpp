#pragma once

#include "cluster/config/fault_keys.hpp"
#include "cluster/config/layer_keys.hpp"
#include "cluster/config/node_keys.hpp"
#include "cluster/config/objective_keys.hpp"
#include "cluster/config/optimizer_keys.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/config/strategy_keys.hpp"
#include "cluster/config/value_kinds.hpp"
#include "cluster/config/worker_keys.hpp"

#include <string>
#include <vector>

namespace paceline {

/// A built-in model by its name.
struct known_model {
  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& name) const { return name; }
  std::string allowed(const config_json&) const { return one_of_these(names()) + ", or an object with \"layers\""; }
  std::vector<std::string> names() const;
};

namespace run_config_keys {

// Group and worker counts multiply to the number of workers, which has 32 bits.
constexpr std::uint32_t most_members = 65535;

constexpr number share{.low = 0, .high = 1};

/// The cluster file, key by key: the only place that says which keys there are and what may stand behind each. Read by
/// config_reader into a run_config, written by config_writer from a const one. What several keys must fulfil together is
/// in run_config_rules.hpp.
template <class Archive, class Config>
void describe(Archive& file, Config& c) {
  file.ignore("$schema");
  file.section("groups", [&](auto& s) {
    s.value("count", c.groups.count, integer<std::uint32_t>{1, most_members});
    s.value("workers", c.groups.workers, integer<std::uint32_t>{1, most_members});
  });
  file.items("nodes", c.nodes, [](auto& n, auto& node) { node_keys::describe(n, node); });
  file.section("network", [&](auto& s) {
    s.value("patience", c.network.patience, positive_duration{});
    s.value("snapshots", c.network.snapshots,
            choice<frame_type>{{{"fp32", frame_type::fp32}, {"bf16", frame_type::bf16}, {"int8", frame_type::int8}}});
  });
  file.section("security", [&](auto& s) { s.value("keys", c.security.keys, file_path{}); });
  file.section("supervision", [&](auto& s) {
    s.value("worker_restarts", c.supervision.worker_restarts, integer<std::uint32_t>{0, 1'000'000});
    s.value("node_restarts", c.supervision.node_restarts, integer<std::uint32_t>{0, 1'000'000});
    s.value("restart_window", c.supervision.restart_window, positive_duration{});
  });
  file.section("faults", [&](auto& s) { fault_keys::describe(s, c.faults); });
  file.section("device", [&](auto& s) {
    s.value("backend", c.device.backend, device_name{});
    s.value(
      "precision", c.device.precision,
      choice<product_precision>{
        {{"fp32", product_precision::fp32}, {"bf16", product_precision::bf16}, {"tf32", product_precision::tf32}}});
    s.value("threads_per_worker", c.device.threads_per_worker, integer<int>{1, 1024});
    s.value("pin", c.device.pin, flag{});
  });
  file.section("objective", [&](auto& s) { objective_keys::describe(s, c.objective); });
  // A function has neither; a file that gives them all the same is told so.
  if (Archive::reads || c.objective.is_network()) {
    file.section("data", [&](auto& s) {
      s.value("kind", c.data.kind, one_of({"glyphs", "cifar10", "image_folder"}));
      s.value("path", c.data.path, file_path{});
      s.value("train_size", c.data.train_size, integer<std::size_t>{1, 10'000'000});
      s.value("test_size", c.data.test_size, integer<std::size_t>{1, 10'000'000});
      s.value("crop", c.data.augment.crop, integer<std::int64_t>{1, 65536});
      s.value("resize", c.data.augment.resize, optional_of{integer<std::int64_t>{1, 65536}});
      s.value("smallest_area", c.data.augment.smallest_area, number{.low = 0, .high = 1, .low_open = true});
      s.value("padding", c.data.augment.padding, integer<std::int64_t>{0, 1024});
      s.value("flip", c.data.augment.flip, flag{});
      s.value("batch_size", c.data.batch_size, integer<std::int64_t>{1, 65536});
      s.value("shards", c.data.rebalance_shards, choice<bool>{{{"static", false}, {"rebalance", true}}});
      s.value("decoders", c.data.decoders, integer<std::size_t>{1, 256});
      s.value("strict", c.data.strict, flag{});
    });
    file.section_or_value("model", c.model.name, known_model{}, [&](auto& s) {
      s.value("name", c.model.name, text{});
      s.items("layers", c.model.layers, [](auto& l, auto& entry) { layer_keys::describe(l, entry); });
    });
  }
  file.section("strategy", [&](auto& s) { strategy_keys::describe(s, c.strategy); });
  file.section("optimizer", [&](auto& s) { optimizer_keys::describe(s, c.optimizer); });
  file.section("workers", [&](auto& s) { worker_keys::describe(s, c.workers_apart); });
  file.section("schedule", [&](auto& s) {
    using kind = learning_rate_schedule::kind;
    s.value("kind", c.schedule.shape,
            choice<kind>{{{"constant", kind::constant}, {"step", kind::step}, {"cosine", kind::cosine}}});
    s.value("milestones", c.schedule.milestones, rising_shares{});
    s.value("factor", c.schedule.factor, number{.high = optimizer_keys::largest_rate, .low_open = true});
    s.value("warmup", c.schedule.warmup, number{.low = 0, .high = 1, .high_open = true});
    s.value("final_share", c.schedule.final_share, share);
  });
  file.section("simulation", [&](auto& s) {
    constexpr number bandwidth{.high = 1e9, .low_open = true};
    s.value("enabled", c.simulation.enabled, flag{});
    s.value("latency", c.simulation.latency, positive_duration{});
    s.value("bandwidth", c.simulation.bandwidth, bandwidth);
    s.value("local_latency", c.simulation.local_latency, positive_duration{});
    s.value("local_bandwidth", c.simulation.local_bandwidth, bandwidth);
    s.value("step_time", c.simulation.step_time, optional_of{positive_duration{}});
    s.value("step_spread", c.simulation.step_spread, number{.low = 0, .high = 1, .high_open = true});
  });
  file.section("budget", [&](auto& s) {
    s.value("steps", c.budget.steps, optional_of{integer<std::uint64_t>{1}});
    s.value("epochs", c.budget.epochs, optional_of{number{.low_open = true}});
    s.value("time", c.budget.time, optional_of{positive_duration{}});
  });
  file.section("output", [&](auto& s) {
    s.value("folder", c.output.folder, file_path{});
    s.value("name", c.output.name, file_name{});
    s.value("evaluate_every", c.output.evaluate_every, positive_duration{});
    s.value("checkpoint_every", c.output.checkpoint_every, positive_duration{});
    s.value("keep_checkpoints", c.output.keep_checkpoints, integer<std::size_t>{1, 1'000'000});
  });
  file.value("seed", c.seed, integer<std::uint64_t>{});
  file.value("deterministic", c.deterministic, flag{});
}

} // namespace run_config_keys

} // namespace paceline
