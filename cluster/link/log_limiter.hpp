#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace paceline {

/// Keeps lines of one kind from filling a log: of each key one line in `interval` passes, and says how many did not. Keys are
/// few and our own; what a peer sends is never one.
class log_limiter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit log_limiter(std::chrono::steady_clock::duration interval) : interval_(interval) {}

  /// The line to write, or nothing.
  std::optional<std::string> pass(const std::string& key, const std::string& text, time_point now);

 private:
  struct recent {
    time_point last;
    std::uint64_t held_back = 0;
  };

  std::chrono::steady_clock::duration interval_;
  std::map<std::string, recent> keys_;
};

} // namespace paceline
