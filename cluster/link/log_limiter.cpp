#include "cluster/link/log_limiter.hpp"

#include <fmt/format.h>

namespace paceline {

std::optional<std::string> log_limiter::pass(const std::string& key, const std::string& text, time_point now) {
  const auto [entry, is_new] = keys_.try_emplace(key, recent{now, 0});
  auto& before = entry->second;
  if (!is_new && now - before.last < interval_) {
    ++before.held_back;
    return std::nullopt;
  }
  const auto held_back = before.held_back;
  before = {now, 0};
  return held_back == 0 ? text : fmt::format("{} (and {} more like it before)", text, held_back);
}

} // namespace paceline
