#pragma once

#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_log.hpp"
#include "cluster/link/link_sockets.hpp"

#include <string>

namespace paceline {

/// Reads what the monitor of a bound socket has to tell: counts connections that failed to be set up, and says why.
void note_refused_connections(watched_socket& bound, const std::string& endpoint, const std::string& node,
                              link_log& log, link_tally& tally);

} // namespace paceline
