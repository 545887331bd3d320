#include "cluster/link/proxy_actor.hpp"

#include "messages/type_ids.hpp"

#include <caf/all.hpp>

#include <utility>

namespace paceline {

caf::behavior proxy_actor(caf::event_based_actor* self, std::string node, std::uint64_t incarnation,
                          std::shared_ptr<link_queue> queue, std::shared_ptr<link_tally> tally) {
  // Other messages are not for a peer.
  self->set_default_handler(caf::drop);
  const auto push = [queue, tally](link_command order) {
    if (!queue->push(std::move(order)))
      tally->update([](link_counters& c) { ++c.dropped_messages; });
  };
  const auto pass_on = [=](const auto& message) { push(tell_peer{node, incarnation, message}); };
  const auto exchange = [=](const auto& content) { push(tell_exchange{node, incarnation, content}); };
  return {
    [pass_on](const node_state& message) { pass_on(message); },
    [pass_on](const group_report& message) { pass_on(message); },
    [pass_on](const leader_announcement& message) { pass_on(message); },
    [pass_on](const probe_request& message) { pass_on(message); },
    [pass_on](const probe_result& message) { pass_on(message); },
    [pass_on](const echo& message) { pass_on(message); },
    [pass_on](const leaves_centre& message) { pass_on(message); },
    [exchange](const contribution& content) { exchange(content); },
    [exchange](const centre_answer& content) { exchange(content); },
  };
}

} // namespace paceline
