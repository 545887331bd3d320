#pragma once

#include "cluster/config/node_keys.hpp"
#include "cluster/config/value_kinds.hpp"
#include "cluster/faults/fault_settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// The name of a kind of fault.
choice<fault_kind> fault_kind_name();

/// Names of kinds of faults, each at most once.
struct fault_kind_list {
  std::optional<std::vector<fault_kind>> read(const config_json& found) const;
  config_json write(const std::vector<fault_kind>& kinds) const;
  std::string allowed(const config_json&) const;
};

/// A worker as files name it: "1.0".
struct worker_name {
  std::optional<worker_id> read(const config_json& found) const;
  config_json write(worker_id id) const { return to_string(id); }
  std::string allowed(const config_json&) const { return "a worker by its group and its place there, such as \"1.0\""; }
};

/// A node's name; empty where the fault has another victim.
struct victim_name {
  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json& found) const { return node_name{}.allowed(found); }
};

namespace fault_keys {

/// More in an hour would be several in each step.
constexpr number rate{.low = 0, .high = 36000};
constexpr number slowdown{.low = 1, .high = 1000};

/// One element of `faults.list`: Entry is fault_settings::entry, const or not.
template <class Archive, class Entry>
void describe_entry(Archive& file, Entry& entry) {
  file.required("at", entry.at, positive_duration{});
  file.required("kind", entry.kind, fault_kind_name());
  file.value("node", entry.node, victim_name{});
  file.value("worker", entry.worker, optional_of{worker_name{}});
  file.value("for", entry.duration, optional_of{positive_duration{}});
  file.value("factor", entry.factor, optional_of{slowdown});
  file.value(
    "direction", entry.direction,
    optional_of{choice<cut_direction>{
      {{"both", cut_direction::both}, {"incoming", cut_direction::incoming}, {"outgoing", cut_direction::outgoing}}}});
}

/// The section `faults`: Settings is fault_settings, const or not.
template <class Archive, class Settings>
void describe(Archive& file, Settings& faults) {
  file.value("seed", faults.seed, integer<std::uint64_t>{});
  file.value("per_hour", faults.per_hour, rate);
  file.value("kinds", faults.kinds, fault_kind_list{});
  file.value("begin", faults.begin, positive_duration{});
  file.value("freeze_time", faults.freeze_time, positive_duration{});
  file.value("slow_time", faults.slow_time, positive_duration{});
  file.value("cut_time", faults.cut_time, positive_duration{});
  file.value("corrupt_time", faults.corrupt_time, positive_duration{});
  file.value("false_loss_time", faults.false_loss_time, positive_duration{});
  file.value("slow_factor", faults.slow_factor, slowdown);
  file.value("step_time", faults.step_time, optional_of{positive_duration{}});
  file.items("list", faults.list, [](auto& f, auto& entry) { describe_entry(f, entry); });
}

} // namespace fault_keys

} // namespace paceline
