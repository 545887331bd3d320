#pragma once

#include "compute/counter_random.hpp"

#include <cstddef>
#include <cstdint>

namespace paceline {

/// Which values one dropout layer keeps in one step: a pure function, so that all backends drop the same ones.
class dropout_mask {
 public:
  /// `layer` is the layer's place in its model, from 0.
  constexpr dropout_mask(std::uint64_t dropout_seed, std::size_t layer, double probability)
    : stream_(derive_seed(dropout_seed, layer)), probability_(probability) {}

  /// `element` counts over N x channels x height x width.
  constexpr bool keeps(std::uint64_t element) const { return random_uniform(stream_, element) >= probability_; }

 private:
  std::uint64_t stream_;
  double probability_;
};

} // namespace paceline
