#pragma once

#include "actors/compute_steps.hpp"

#include <caf/message_handler.hpp>

namespace paceline {

/// What a compute actor does at the orders of a conductor (lock-step, or a simulated cluster), which makes it step one by one.
caf::message_handler conducted_orders(compute_actor_ptr self);

} // namespace paceline
