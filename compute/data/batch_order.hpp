#pragma once

#include "compute/data/shard.hpp"
#include "compute/data/shard_roster.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace paceline {

/// Which pictures a worker's batches show: batch k is a pure function of the shard and k (and of who lived when its epoch began, where
/// there is a roster). An epoch's last incomplete batch is dropped. Used by one thread.
class batch_order {
 public:
  /// Requires: batch_size > 0, and a shard of as many pictures at least.
  batch_order(const shard& part, std::shared_ptr<const shard_roster> roster, std::size_t batch_size);

  std::uint64_t batches_per_epoch() const { return part_.size() / batch_size_; }

  /// Valid until the next call.
  std::span<const std::uint32_t> pictures(std::uint64_t step);

 private:
  shard part_;
  std::shared_ptr<const shard_roster> roster_;
  std::size_t batch_size_;
  std::vector<std::uint32_t> order_;
  std::uint64_t epoch_of_order_ = std::numeric_limits<std::uint64_t>::max();
};

} // namespace paceline
