#pragma once

#include "cluster/link/control_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace paceline {

/// Why two nodes are not of one run, as the refusal that the younger one is to get; empty where they are. Of version,
/// configuration and fingerprint the first that differs counts.
std::optional<refusal> misfit(const hello& one, const hello& other);

/// Path of the first value that differs between two JSON documents, keys in alphabetical order: "strategy.pull_group",
/// "nodes[1].host"; empty where they are equal. `theirs` may be anything a peer sent.
std::string first_difference(std::string_view ours, std::string_view theirs);

} // namespace paceline
