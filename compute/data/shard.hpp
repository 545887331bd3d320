#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace paceline {

/// A worker's part of the training set: disjoint from the others', visited in a new random order every epoch.
/// All of it is a pure function of (seed, worker, epoch).
struct shard {
  /// Pictures in the whole training set.
  std::size_t total = 0;
  /// Number of shards, and which one this is, from 0.
  std::size_t count = 1;
  std::size_t index = 0;
  std::uint64_t seed = 0;

  /// Pictures in this shard: total / count, and one more in the first total % count shards.
  std::size_t size() const;

  /// The pictures of this shard in the order of that epoch.
  std::vector<std::uint32_t> order(std::uint64_t epoch) const;

  /// The same while some workers are lost (`live`: one entry a shard): each of the others takes an equal part of each lost shard
  /// beside its own, so that together they see the whole set, still disjoint. Longer than size() then; an epoch visits as many
  /// pictures as before, the first size() of this order, which is another choice of them every epoch. So steps and epochs
  /// keep their relation, and a resumed worker needs to know no more than its steps.
  /// While all live it equals order(epoch). This shard's own entry does not count.
  /// Requires: live.size() == count.
  std::vector<std::uint32_t> order(std::uint64_t epoch, const std::vector<bool>& live) const;
};

} // namespace paceline
