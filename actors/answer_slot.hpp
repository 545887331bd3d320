#pragma once

#include "messages/centre_exchange.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace paceline {

/// Where a worker finds the centre's answer, also in the midst of a step, in which its compute actor reads no messages. Thread-safe.
class answer_slot {
 public:
  void put(centre_answer answer) {
    const std::lock_guard guard(mutex_);
    answer_ = std::move(answer);
  }

  std::optional<centre_answer> take() {
    const std::lock_guard guard(mutex_);
    return std::exchange(answer_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<centre_answer> answer_;
};

} // namespace paceline
