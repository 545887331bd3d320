#include "cluster/preflight/node_findings.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

json to_json(const link_finding& link) {
  return {{"node", link.node},
          {"round_trip_seconds", link.round_trip_seconds},
          {"round_trip_p99_seconds", link.round_trip_p99_seconds},
          {"bytes_per_second", link.bytes_per_second},
          {"problem", link.problem}};
}

/// What was measured is finite and not negative; a step takes time.
bool is_measured(const node_findings& findings) {
  const auto is_measure = [](double value) { return std::isfinite(value) && value >= 0; };
  for (const auto& link : findings.links)
    if (!is_measure(link.round_trip_seconds) || !is_measure(link.round_trip_p99_seconds)
        || !is_measure(link.bytes_per_second))
      return false;
  const auto& worker = findings.worker;
  return worker.seconds_a_step > 0 && std::isfinite(worker.seconds_a_step) && is_measure(worker.seconds_a_pull)
         && is_measure(worker.seconds_a_copy);
}

} // namespace

json to_json(const node_findings& findings) {
  auto links = json::array();
  for (const auto& link : findings.links)
    links.push_back(to_json(link));
  return {{"node", findings.node},
          {"model", findings.model},
          {"parameters", findings.parameters},
          {"snapshot_bytes", findings.snapshot_bytes},
          {"steps", findings.worker.steps},
          {"seconds_a_step", findings.worker.seconds_a_step},
          {"seconds_a_pull", findings.worker.seconds_a_pull},
          {"seconds_a_copy", findings.worker.seconds_a_copy},
          {"links", std::move(links)}};
}

std::optional<node_findings> findings_from_json(std::string_view text) {
  const auto document = json::parse(text, nullptr, false);
  try {
    // A number with a fraction or a sign is none of ours, and fits into no count.
    const auto count = [&](const char* key) { return document.at(key).get_ref<const json::number_unsigned_t&>(); };
    node_findings findings{.node = document.at("node"),
                           .worker = {.seconds_a_step = document.at("seconds_a_step"),
                                      .seconds_a_pull = document.at("seconds_a_pull"),
                                      .seconds_a_copy = document.at("seconds_a_copy"),
                                      .steps = count("steps")},
                           .model = document.at("model"),
                           .parameters = count("parameters"),
                           .snapshot_bytes = count("snapshot_bytes"),
                           .links = {}};
    for (const auto& link : document.at("links").get_ref<const json::array_t&>())
      findings.links.push_back({.node = link.at("node"),
                                .round_trip_seconds = link.at("round_trip_seconds"),
                                .round_trip_p99_seconds = link.at("round_trip_p99_seconds"),
                                .bytes_per_second = link.at("bytes_per_second"),
                                .problem = link.at("problem")});
    return is_measured(findings) ? std::optional(std::move(findings)) : std::nullopt;
  } catch (const json::exception&) {
    // Another program's words, or another version's.
    return std::nullopt;
  }
}

} // namespace paceline
