#include "cluster/link/hello_check.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace paceline {

namespace {

using nlohmann::json;

/// Adds to `path` where the documents differ first. Goes as deep as both do alike, so no deeper than our own.
bool differ(const json& ours, const json& theirs, std::string& path) {
  const auto length = path.size();
  if (ours.is_object() && theirs.is_object()) {
    // Values are not copied: a copy of theirs would recurse as deep as they like.
    std::set<std::string> keys;
    for (const auto* object : {&ours, &theirs})
      for (auto entry = object->begin(); entry != object->end(); ++entry)
        keys.insert(entry.key());
    for (const auto& key : keys) {
      path += (path.empty() ? "" : ".") + key;
      const auto a = ours.find(key);
      const auto b = theirs.find(key);
      if (a == ours.end() || b == theirs.end() || differ(*a, *b, path))
        return true;
      path.resize(length);
    }
    return false;
  }
  if (ours.is_array() && theirs.is_array()) {
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
      path += fmt::format("[{}]", i);
      if (i >= ours.size() || i >= theirs.size() || differ(ours[i], theirs[i], path))
        return true;
      path.resize(length);
    }
    return false;
  }
  return ours != theirs;
}

} // namespace

std::string first_difference(std::string_view ours, std::string_view theirs) {
  if (ours == theirs)
    return "";
  const auto a = json::parse(ours, nullptr, false);
  const auto b = json::parse(theirs, nullptr, false);
  std::string path;
  if (a.is_discarded() || b.is_discarded())
    return "its beginning";
  if (!differ(a, b, path))
    return "";
  return path.empty() ? "its beginning" : path;
}

std::optional<refusal> misfit(const hello& one, const hello& other) {
  const auto nodes = fmt::format("nodes '{}' and '{}' are not of one run: ", one.node, other.node);
  if (one.version != other.version)
    return refusal{refusal::cause::version, fmt::format("{}they speak versions {} and {} of the wire format", nodes,
                                                        one.version, other.version)};
  // Equal but for spaces or the order of keys is equal.
  if (const auto path = first_difference(one.config, other.config); !path.empty())
    return refusal{refusal::cause::config, fmt::format("{}their cluster files differ, first at {}", nodes, path)};
  if (one.fingerprint != other.fingerprint)
    return refusal{refusal::cause::fingerprint,
                   fmt::format("{}the fingerprints of their models are {:016x} and {:016x}", nodes, one.fingerprint,
                               other.fingerprint)};
  return std::nullopt;
}

} // namespace paceline
