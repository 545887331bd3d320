#pragma once

#include "compute/optimiser.hpp"

#include <memory>

namespace paceline {

// Each in a file of its own; make_optimiser chooses. The formulas are per element unless they say otherwise, g is the gradient.

/// sgd_step: torch.optim.SGD.
std::unique_ptr<optimiser> make_sgd(const optimiser_settings& settings, const parameter_layout& layout);

/// Momentum whose gradient is taken where it leads (Sutskever et al. 2013; the M of EAMSGD, Zhang et al. 2015):
///   v ← momentum v − learning_rate (g(x + momentum v) + weight_decay (x + momentum v)),  x ← x + v
/// With a momentum of 0 bit for bit sgd.
std::unique_ptr<optimiser> make_lookahead(const optimiser_settings& settings, const parameter_layout& layout);

/// Layer-wise adaptive rates (You et al. 2017). For each slice of the layout:
///   share ← trust ‖x‖ / (‖g‖ + weight_decay ‖x‖), or 1 where x or g is nothing
///   v ← momentum v + share (g + weight_decay x),  x ← x − learning_rate v
std::unique_ptr<optimiser> make_lars(const optimiser_settings& settings, const parameter_layout& layout);

/// torch.optim.AdamW (Loshchilov and Hutter 2019), t counted from 1:
///   x ← x − learning_rate weight_decay x
///   m ← beta1 m + (1 − beta1) g,  s ← beta2 s + (1 − beta2) g²
///   x ← x − learning_rate m / (1 − beta1ᵗ) / (√(s / (1 − beta2ᵗ)) + epsilon)
std::unique_ptr<optimiser> make_adamw(const optimiser_settings& settings, const parameter_layout& layout);

} // namespace paceline
