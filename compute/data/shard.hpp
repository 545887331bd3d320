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
};

} // namespace paceline
