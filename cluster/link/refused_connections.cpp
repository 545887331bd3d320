#include "cluster/link/refused_connections.hpp"

#include <fmt/format.h>

namespace paceline {

void note_refused_connections(watched_socket& bound, const std::string& endpoint, const std::string& node,
                              link_log& log, link_tally& tally) {
  while (const auto event = bound.monitor.next()) {
    if (event->what != connection_event::kind::refused)
      continue;
    tally.update([](link_counters& c) { ++c.refused_connections; });
    log.say("refused connection",
            fmt::format("a connection to {} of node '{}' failed: {}", endpoint, node, event->reason));
  }
}

} // namespace paceline
