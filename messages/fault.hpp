#pragma once

#include "messages/ids.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace paceline {

/// What a rehearsal does to a run.
enum class fault_kind : std::uint8_t {
  /// A worker's compute actor ends, without a word.
  kill_worker,
  /// A node's process ends, without a word.
  kill_node,
  /// The process of whoever holds the global leader's seat at that time ends.
  kill_holder,
  /// A node's process stands still (SIGSTOP) for a while.
  freeze,
  /// A worker's steps take several times as long for a while.
  slow,
  /// A node and all others do not hear each other for a while, in one direction or both.
  cut,
  /// A node's snapshots leave it with wrong bytes for a while.
  corrupt,
  /// A worker's parameters become NaN.
  poison,
  /// A worker claims a loss far below its own for a while.
  false_loss,
};

inline constexpr std::array all_fault_kinds = {fault_kind::kill_worker, fault_kind::kill_node, fault_kind::kill_holder,
                                               fault_kind::freeze,      fault_kind::slow,      fault_kind::cut,
                                               fault_kind::corrupt,     fault_kind::poison,    fault_kind::false_loss};

const char* to_string(fault_kind kind);

enum class fault_victim : std::uint8_t { worker, node, holder };

fault_victim victim_of(fault_kind kind);

/// Whether a fault of that kind goes on for a while; else it is over at once.
bool lasts(fault_kind kind);

/// Which messages of a node are lost, seen from it.
enum class cut_direction : std::uint8_t { both, incoming, outgoing };

const char* to_string(cut_direction direction);

/// One fault of a rehearsal.
struct fault {
  /// Names it in the whole run; the same on every node.
  std::uint64_t number = 0;
  fault_kind kind = fault_kind::kill_worker;
  /// Training time at which it begins.
  std::chrono::nanoseconds at{0};
  /// How long it goes on; 0 where it is over at once.
  std::chrono::nanoseconds duration{0};
  /// Whose process carries it out; empty where that is whoever holds the seat then.
  std::string node{};
  /// The victim where that is a worker.
  std::optional<worker_id> worker{};
  /// Of `slow`: how many times as long a step takes.
  double factor = 1;
  /// Of `cut`.
  cut_direction direction = cut_direction::both;

  friend bool operator==(const fault&, const fault&) = default;
};

/// Told to the observers by the node that carries a fault out; one that is over at once only begins. `fault.at` is when it really
/// began, `fault.node` that node.
struct fault_event {
  paceline::fault fault;
  /// False: it begins.
  bool ended = false;
};

} // namespace paceline
