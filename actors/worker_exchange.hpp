#pragma once

#include "actors/answer_slot.hpp"
#include "actors/strategy.hpp"
#include "compute/trainer.hpp"
#include "messages/centre_exchange.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace paceline {

/// A worker's side of a strategy with a centre: when it gives, and what it does with the answers. An exchange is under way from the
/// contribution until its answer was put to use; the next one waits for that. Used by the worker's compute actor.
class worker_exchange {
 public:
  /// `slot`: where answers are put.
  worker_exchange(worker_id id, const centre_settings& settings, std::shared_ptr<answer_slot> slot)
    : id_(id), settings_(settings), slot_(std::move(slot)) {}

  const centre_settings& settings() const { return settings_; }

  /// Whether a worker that has made so many steps is to give its parameters before its next one.
  bool due(std::uint64_t steps) const;

  /// The contribution: `values`, or nullptr where they are not finite.
  contribution give(std::uint64_t steps, shared_vector values, std::chrono::nanoseconds now);

  bool under_way() const { return given_.has_value(); }

  /// What was given last, while its answer was not put to use; nullptr where nothing is under way.
  const contribution* unanswered() const { return given_ ? &*given_ : nullptr; }

  /// Whether the answer to what was given last has come.
  bool answered();

  /// The answer to what was given last, where one of that kind has come; the exchange is over then. One of another kind stays where it is.
  std::optional<centre_answer> take(answer_use use);

  /// How the exchange that is over is told of.
  centre_exchanged told(const centre_answer& answer, std::uint64_t steps, std::chrono::nanoseconds now) const;

  /// Begins as one who has no answer of this centre behind it.
  void begin();
  /// Goes on as one who has, where it has (next_at of then).
  void go_on(std::optional<std::uint64_t> next_at);
  /// Steps at which the next exchange is due, or was where one is under way; empty where that is the first one.
  std::optional<std::uint64_t> next_at() const;
  /// Number of the contribution whose answer was put to use last; 0 where none was since it began or went on.
  std::int64_t last_answered() const { return last_answered_; }

 private:
  worker_id id_;
  centre_settings settings_;
  std::shared_ptr<answer_slot> slot_;
  /// Taken out of the slot, of another kind than was asked for.
  std::optional<centre_answer> kept_;
  bool first_ = true;
  std::uint64_t next_at_ = 0;
  std::optional<contribution> given_;
  std::uint64_t given_steps_ = 0;
  std::int64_t last_answered_ = 0;
  /// On the run's steady clock, which never stands still: also the contribution's number.
  std::chrono::nanoseconds given_at_{0};
};

} // namespace paceline
