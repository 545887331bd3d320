#include "cluster/launch/node_ends_json.hpp"

#include <nlohmann/json.hpp>

namespace paceline {

using nlohmann::json;

json to_json(const std::vector<supervised_end>& ends) {
  auto nodes = json::array();
  for (const auto& end : ends)
    nodes.push_back({{"node", end.name},
                     {"restarts", end.restarts},
                     {"exit_code", end.code ? json(*end.code) : json()},
                     {"given_up", end.given_up},
                     {"stopped", end.stopped}});
  return {{"nodes", std::move(nodes)}};
}

std::vector<supervised_end> ends_from_json(const json& object) {
  std::vector<supervised_end> ends;
  try {
    for (const auto& node : object.at("nodes")) {
      supervised_end end{.name = node.at("node"),
                         .restarts = node.at("restarts"),
                         .given_up = node.at("given_up"),
                         .stopped = node.value("stopped", false)};
      if (!node.at("exit_code").is_null())
        end.code = node.at("exit_code").get<int>();
      ends.push_back(std::move(end));
    }
  } catch (const json::exception&) {
    // The file only adds to what the nodes' own folders say.
  }
  return ends;
}

} // namespace paceline
