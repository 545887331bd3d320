#include "compute/data/batch_order.hpp"

#include <cassert>
#include <utility>

namespace paceline {

batch_order::batch_order(const shard& part, std::shared_ptr<const shard_roster> roster, std::size_t batch_size)
  : part_(part), roster_(std::move(roster)), batch_size_(batch_size) {
  assert(batch_size > 0 && part.size() >= batch_size);
}

std::span<const std::uint32_t> batch_order::pictures(std::uint64_t step) {
  const auto epoch = step / batches_per_epoch();
  if (epoch != epoch_of_order_) {
    order_ = roster_ ? part_.order(epoch, roster_->live()) : part_.order(epoch);
    epoch_of_order_ = epoch;
  }
  return std::span(order_).subspan(static_cast<std::size_t>(step % batches_per_epoch()) * batch_size_, batch_size_);
}

} // namespace paceline
