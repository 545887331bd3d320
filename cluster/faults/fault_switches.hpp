#pragma once

#include "cluster/link/link_filter.hpp"
#include "messages/fault.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace paceline {

/// What goes wrong with one worker now. Written by the fault actor, read by the worker's thread between its steps.
struct worker_switches {
  /// How many times as long a step takes.
  std::atomic<double> slowdown = 1;
  /// The loss that it tells is far below its own.
  std::atomic<bool> lies = false;
  /// Its parameters become NaN with the next step, which takes this back.
  std::atomic<bool> poisoned = false;
};

/// What goes wrong on one node now, as far as it is not a signal to its process. Thread-safe.
class fault_switches final : public link_filter {
 public:
  /// For those workers, all of one node.
  explicit fault_switches(std::span<const worker_id> workers);

  /// These faults go on now, and no others: of several that slow one worker the worst counts.
  void set(std::span<const fault> active);

  void poison(worker_id worker);

  /// Requires: one of the workers. It outlives this object where it is held.
  std::shared_ptr<worker_switches> of(worker_id worker) const { return workers_.at(worker); }

  bool drops(const std::string& peer, direction which) const override;
  /// Inverts a byte in the middle, among the parameters.
  void spoil(std::span<std::byte> frame) const override;

 private:
  std::map<worker_id, std::shared_ptr<worker_switches>> workers_;
  std::atomic<bool> deaf_ = false;
  std::atomic<bool> mute_ = false;
  std::atomic<bool> corrupts_ = false;
};

} // namespace paceline
