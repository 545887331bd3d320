#pragma once

#include "cluster/config/value_kinds.hpp"
#include "compute/optimiser.hpp"

namespace paceline::optimizer_keys {

// Far beyond what trains, and finite in the 32 bits with which parameters are computed.
constexpr double largest_rate = 1e30;

/// The section `optimizer`: its kind, and the keys that this kind has.
template <class Archive, class Optimizer>
void describe(Archive& s, Optimizer& c) {
  using kind = optimiser_kind;
  constexpr number below_one{.low = 0, .high = 1, .high_open = true};
  s.kind("kind", c.kind, choice<kind>{{{"sgd", kind::sgd}, {"lars", kind::lars}, {"adamw", kind::adamw}}});
  s.value("learning_rate", c.learning_rate, number{.high = largest_rate, .low_open = true});
  if (c.kind != kind::adamw)
    s.value("momentum", c.momentum, below_one);
  if (c.kind == kind::sgd)
    s.value("nesterov", c.nesterov, flag{});
  s.value("weight_decay", c.weight_decay, number{.low = 0, .high = largest_rate});
  if (c.kind == kind::lars)
    s.value("trust", c.trust, number{.high = 1000, .low_open = true});
  if (c.kind == kind::adamw) {
    s.value("beta1", c.beta1, below_one);
    s.value("beta2", c.beta2, below_one);
    s.value("epsilon", c.epsilon, number{.high = 1, .low_open = true});
  }
  s.value("clip", c.clip, number{.low = 0, .high = largest_rate});
}

} // namespace paceline::optimizer_keys
