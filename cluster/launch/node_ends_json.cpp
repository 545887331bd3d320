#include "cluster/launch/node_ends_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace paceline {

using nlohmann::json;

namespace {

// No process has more; what a damaged file says beyond them is brought back.
constexpr std::uint64_t most_restarts = std::numeric_limits<std::uint32_t>::max();
constexpr json::number_integer_t highest_exit_code = 255;

} // namespace

json to_json(const std::vector<supervised_end>& ends) {
  auto nodes = json::array();
  for (const auto& end : ends)
    nodes.push_back({{"node", end.name},
                     {"restarts", end.restarts},
                     {"exit_code", end.code ? json(*end.code) : json()},
                     {"given_up", end.given_up},
                     {"never_began", end.never_began},
                     {"stopped", end.stopped}});
  return {{"nodes", std::move(nodes)}};
}

std::vector<supervised_end> ends_from_json(const json& object) {
  std::vector<supervised_end> ends;
  try {
    for (const auto& node : object.at("nodes")) {
      const auto restarts = node.at("restarts").get_ref<const json::number_unsigned_t&>();
      supervised_end end{.name = node.at("node"),
                         .restarts = static_cast<std::uint32_t>(std::min<std::uint64_t>(restarts, most_restarts)),
                         .given_up = node.at("given_up"),
                         .never_began = node.value("never_began", false),
                         .stopped = node.value("stopped", false)};
      if (!node.at("exit_code").is_null())
        end.code = static_cast<int>(std::clamp(node.at("exit_code").get_ref<const json::number_integer_t&>(),
                                               json::number_integer_t{0}, highest_exit_code));
      ends.push_back(std::move(end));
    }
  } catch (const json::exception&) {
    // The file only adds to what the nodes' own folders say.
  }
  return ends;
}

} // namespace paceline
