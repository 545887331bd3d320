#pragma once

#include "compute/model.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace paceline {

/// Who reads what a model's layers put out, and with that which layers can be computed as one: what nobody else reads need not be in
/// memory. A layer's place is its index + 1, the images' is 0. The model outlives this.
class layer_readers {
 public:
  explicit layer_readers(const model& m);

  /// How many layers read that place; an add that reads it twice counts twice.
  std::size_t count(std::size_t place) const { return counts_[place]; }

  /// Whether a relu alone reads that layer and comes right behind it, so that a layer with weights, a batch norm or an add can do its work.
  bool can_rectify(std::size_t layer) const;

  /// The other place of an add that alone reads that layer and comes right behind it.
  std::optional<std::size_t> summed_with(std::size_t layer) const;

  /// Whether a max-pool of 2x2 alone reads that layer and comes right behind it, with nothing left over.
  bool is_quartered(std::size_t layer) const;

 private:
  /// The layer right behind where it alone reads that one; else nullptr.
  const layer* only_reader(std::size_t index) const;

  const model& model_;
  std::vector<std::size_t> counts_;
};

} // namespace paceline
