#pragma once

#include "cluster/link/control_message.hpp"
#include "cluster/wire/control_codec.hpp"

#include <array>
#include <concepts>
#include <type_traits>

namespace paceline {

// What each control message looks like on the wire: its name and its keys, said once for both directions.
// describe(field, message) calls field(key, member) for each member; `field` writes or reads it.

/// M itself, or const where it is written.
template <class T, class M>
concept maybe_const = std::same_as<std::remove_const_t<T>, M>;

template <class M>
inline constexpr const char* type_name = nullptr;
template <>
inline constexpr const char* type_name<hello> = "hello";
template <>
inline constexpr const char* type_name<welcome> = "welcome";
template <>
inline constexpr const char* type_name<refusal> = "refusal";
template <>
inline constexpr const char* type_name<farewell> = "farewell";
template <>
inline constexpr const char* type_name<node_state> = "node_state";
template <>
inline constexpr const char* type_name<group_report> = "group_report";
template <>
inline constexpr const char* type_name<leader_announcement> = "leader_announcement";
template <>
inline constexpr const char* type_name<probe_request> = "probe_request";
template <>
inline constexpr const char* type_name<probe_result> = "probe_result";
template <>
inline constexpr const char* type_name<echo> = "echo";
template <>
inline constexpr const char* type_name<leaves_centre> = "leaves_centre";

/// Values of an enumeration as the wire names them, in the order of their numbers.
template <class Enum>
inline constexpr std::array<const char*, 0> names_of{};
template <>
inline constexpr std::array names_of<scope>{"group", "global"};
template <>
inline constexpr std::array names_of<refusal::cause>{"version", "config", "fingerprint", "name_taken", "unknown_node"};

template <class Field>
void describe(Field& field, maybe_const<hello> auto& m) {
  // These are in the hello of every version, so that the younger node can be told why it is refused.
  field("version", m.version);
  field("node", m.node);
  field("up_for", m.up_for);
  if (m.version != wire_version)
    return;
  field("incarnation", m.incarnation);
  field("config", m.config);
  field("fingerprint", m.fingerprint);
}

template <class Field>
void describe(Field& field, maybe_const<welcome> auto& m) {
  field("node", m.node);
  field("incarnation", m.incarnation);
}

template <class Field>
void describe(Field& field, maybe_const<refusal> auto& m) {
  field("why", m.why);
  field("text", m.text);
  field("up_for", m.up_for);
}

template <class Field>
void describe(Field& field, maybe_const<farewell> auto& m) {
  field("reason", m.reason);
}

template <class Field>
void describe(Field& field, maybe_const<seat_claim> auto& m) {
  field("term", m.term);
  field("holder", m.holder);
}

template <class Field>
void describe(Field& field, maybe_const<worker_id> auto& m) {
  field("group", m.group);
  field("index", m.index);
}

template <class Field>
void describe(Field& field, maybe_const<node_state::known_steps> auto& m) {
  field("node", m.node);
  field("steps", m.steps);
}

template <class Field>
void describe(Field& field, maybe_const<node_state> auto& m) {
  field("node", m.node);
  field("incarnation", m.incarnation);
  field("seat", m.seat);
  field("steps", m.steps);
  field("others", m.others);
  field("live_workers", m.live_workers);
  field("lost_workers", m.lost_workers);
  field("training_time", m.training_time);
  field("training", m.training);
}

template <class Field>
void describe(Field& field, maybe_const<loss_report> auto& m) {
  field("worker", m.worker);
  field("steps", m.steps);
  field("loss", m.loss);
  field("window_full", m.window_full);
  field("measured_at", m.measured_at);
}

template <class Field>
void describe(Field& field, maybe_const<group_report> auto& m) {
  field("group", m.group);
  field("steps", m.steps);
  field("live_workers", m.live_workers);
  field("best", m.best);
  field("number", m.number);
}

template <class Field>
void describe(Field& field, maybe_const<leader_announcement> auto& m) {
  field("scope", m.scope);
  field("group", m.group);
  field("term", m.term);
  field("decision", m.decision);
  field("leader", m.leader);
  field("leader_steps", m.leader_steps);
  field("loss", m.loss);
  field("margin", m.margin);
  field("total_steps", m.total_steps);
  field("decided_at", m.decided_at);
  field("reason", m.reason);
}

template <class Field>
void describe(Field& field, maybe_const<probe_request> auto& m) {
  field("probe", m.probe);
  field("candidate", m.candidate);
}

template <class Field>
void describe(Field& field, maybe_const<probe_result> auto& m) {
  field("probe", m.probe);
  field("candidate", m.candidate);
  field("prober", m.prober);
  field("loss", m.loss);
  field("problem", m.problem);
}

template <class Field>
void describe(Field& field, maybe_const<echo> auto& m) {
  field("node", m.node);
  field("number", m.number);
  field("answer", m.answer);
}

template <class Field>
void describe(Field& field, maybe_const<leaves_centre> auto& m) {
  field("worker", m.worker);
}

} // namespace paceline
