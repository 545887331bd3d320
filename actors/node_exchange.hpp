#pragma once

#include "actors/node_actor.hpp"
#include "messages/centre_exchange.hpp"

#include <string>

// The part of a node's actor that carries its workers' exchanges with the strategy's centre, which is where the global leader's seat is:
//
//   contribution   → the own centre where this node holds the seat, else the holder's proxy; kept until it is answered, and said again
//   centre_answer  → the worker that waits for it, or the proxy of its node
//   leaves_centre  → as contributions; said again and again, since nobody answers it
//
// A holder that is lost takes its centre along. The next one's begins anew, at the mean of what the workers give then.

namespace paceline::node_exchange {

using node_actor_ptr = caf::stateful_actor<node_actor_state>*;

void give(node_actor_ptr self, const contribution& one);
void answer(node_actor_ptr self, const centre_answer& answer);
void leave(node_actor_ptr self, worker_id worker);

/// The holder of the seat is another one, or this node has taken or lost it.
void seat_changed(node_actor_ptr self);

/// A node has come, perhaps once more: what was lost on the way to it is said again.
void join(node_actor_ptr self, const std::string& node);

/// That node's workers are waited for no more.
void lose(node_actor_ptr self, const std::string& node);

/// The run is stopped: the own workers go on without an exchange. Others may still be answered.
void close(node_actor_ptr self);

/// To be called now and then.
void say_again(node_actor_ptr self);

} // namespace paceline::node_exchange
