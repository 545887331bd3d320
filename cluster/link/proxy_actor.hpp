#pragma once

#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_queue.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace paceline {

/// Stands for the actor of another node: puts each message for it into the link's queue. Ended by the link when the peer
/// is lost; what it is sent afterwards, or what does not fit into the queue, is dropped.
caf::behavior proxy_actor(caf::event_based_actor* self, std::string node, std::uint64_t incarnation,
                          std::shared_ptr<link_queue> queue, std::shared_ptr<link_tally> tally);

} // namespace paceline
