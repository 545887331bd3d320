#include "compute/data/shard.hpp"

#include "compute/counter_random.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <span>
#include <utility>

namespace paceline {

namespace {

enum purpose : std::uint64_t { assignment = 1, visiting_order = 2 };

// Fisher and Yates, from the back.
void shuffle(std::span<std::uint32_t> numbers, std::uint64_t seed) {
  counter_random random(seed);
  for (auto left = numbers.size(); left > 1; --left)
    std::swap(numbers[left - 1], numbers[random.below(left)]);
}

} // namespace

std::size_t shard::size() const {
  assert(index < count);
  return total / count + (index < total % count ? 1 : 0);
}

std::vector<std::uint32_t> shard::order(std::uint64_t epoch) const {
  // The whole set is shuffled before it is cut, so that a set sorted by class still gives every shard all
  // classes.
  std::vector<std::uint32_t> all(total);
  std::iota(all.begin(), all.end(), 0u);
  shuffle(all, derive_seed(seed, assignment));

  const auto begin =
    all.begin() + static_cast<std::ptrdiff_t>(index * (total / count) + std::min(index, total % count));
  std::vector<std::uint32_t> own(begin, begin + static_cast<std::ptrdiff_t>(size()));
  shuffle(own, derive_seed(derive_seed(derive_seed(seed, visiting_order), index), epoch));
  return own;
}

} // namespace paceline
