#pragma once

#include <chrono>

namespace paceline {

/// Seconds that a call takes.
template <class Call>
double time_of(Call&& call) {
  const auto began = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

} // namespace paceline
