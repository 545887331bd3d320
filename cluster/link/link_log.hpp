#pragma once

#include "cluster/link/log_limiter.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace paceline {

/// The link's lines for people, rate-limited. Used on the link's thread.
class link_log {
 public:
  explicit link_log(std::function<void(const std::string&)> write) : write_(std::move(write)) {}

  /// Lines of one key are limited together.
  void say(const std::string& key, const std::string& text) {
    const auto line = limiter_.pass(key, text, std::chrono::steady_clock::now());
    if (line && write_)
      write_(*line);
  }

 private:
  std::function<void(const std::string&)> write_;
  log_limiter limiter_{std::chrono::seconds(5)};
};

} // namespace paceline
