#pragma once

#include "cluster/config/value_kinds.hpp"
#include "compute/optimiser.hpp"

namespace paceline::optimizer_keys {

// Far beyond what trains, and finite in the 32 bits with which parameters are computed.
constexpr double largest_rate = 1e30;

constexpr number positive{.high = largest_rate, .low_open = true};
constexpr number not_negative{.low = 0, .high = largest_rate};
constexpr number below_one{.low = 0, .high = 1, .high_open = true};
constexpr number trusted{.high = 1000, .low_open = true};
constexpr number small_positive{.high = 1, .low_open = true};

/// The section `optimizer`: its kind, and the keys that this kind has.
template <class Archive, class Optimizer>
void describe(Archive& s, Optimizer& c) {
  using kind = optimiser_kind;
  s.kind("kind", c.kind, choice<kind>{{{"sgd", kind::sgd}, {"lars", kind::lars}, {"adamw", kind::adamw}}});
  s.value("learning_rate", c.learning_rate, positive);
  if (c.kind != kind::adamw)
    s.value("momentum", c.momentum, below_one);
  if (c.kind == kind::sgd)
    s.value("nesterov", c.nesterov, flag{});
  s.value("weight_decay", c.weight_decay, not_negative);
  if (c.kind == kind::lars)
    s.value("trust", c.trust, trusted);
  if (c.kind == kind::adamw) {
    s.value("beta1", c.beta1, below_one);
    s.value("beta2", c.beta2, below_one);
    s.value("epsilon", c.epsilon, small_positive);
  }
  s.value("clip", c.clip, not_negative);
}

} // namespace paceline::optimizer_keys
