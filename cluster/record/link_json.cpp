#include "cluster/record/link_json.hpp"

#include "cluster/console/count_text.hpp"
#include "cluster/record/record_fields.hpp"
#include "cluster/wire/snapshot_frame.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <iterator>
#include <numeric>

namespace paceline {

namespace {

using nlohmann::json;

struct named_count {
  const char* name;
  std::uint64_t link_counters::*count;
};

constexpr named_count counts[] = {
  {"messages_sent", &link_counters::messages_sent},
  {"messages_received", &link_counters::messages_received},
  {"bytes_sent", &link_counters::bytes_sent},
  {"bytes_received", &link_counters::bytes_received},
  {"snapshots_sent", &link_counters::snapshots_sent},
  {"snapshots_received", &link_counters::snapshots_received},
  {"refused_messages", &link_counters::refused_messages},
  {"refused_connections", &link_counters::refused_connections},
  {"failed_snapshots", &link_counters::failed_snapshots},
  {"dropped_messages", &link_counters::dropped_messages},
};

constexpr const char* refused_snapshots = "refused_snapshots";

/// Its name as a key.
std::string key_of(std::size_t reason) {
  std::string key = to_string(static_cast<frame_refusal>(reason));
  for (auto& letter : key)
    if (letter == ' ')
      letter = '_';
  return key;
}

} // namespace

json to_json(const link_counters& counters) {
  json object;
  for (const auto& [name, count] : counts)
    object[name] = counters.*count;
  auto& refused = object[refused_snapshots] = json::object();
  for (std::size_t reason = 0; reason < std::size(counters.refused_snapshots); ++reason)
    refused[key_of(reason)] = counters.refused_snapshots[reason];
  return object;
}

link_counters link_counters_from_json(const json& object) {
  link_counters counters;
  for (const auto& [name, count] : counts)
    counters.*count = count_of(object, name).value_or(0);
  if (const auto refused = object.find(refused_snapshots); refused != object.end())
    for (std::size_t reason = 0; reason < std::size(counters.refused_snapshots); ++reason)
      counters.refused_snapshots[reason] = count_of(*refused, key_of(reason).c_str()).value_or(0);
  return counters;
}

std::string refused_text(const link_counters& counters) {
  const auto& by_reason = counters.refused_snapshots;
  const auto snapshots = std::accumulate(std::begin(by_reason), std::end(by_reason), std::uint64_t{0});
  if (counters.refused_connections + counters.refused_messages + snapshots == 0)
    return {};
  return fmt::format("{}, {}, {}", count_text(counters.refused_connections, "connection"),
                     count_text(counters.refused_messages, "message"), count_text(snapshots, "snapshot"));
}

} // namespace paceline
