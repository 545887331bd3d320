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

/// One of `count` parts of so many things: the first total % count parts are one longer.
struct part {
  std::size_t begin;
  std::size_t end;
};

part part_of(std::size_t total, std::size_t count, std::size_t index) {
  const auto begin = [&](std::size_t i) { return i * (total / count) + std::min(i, total % count); };
  return {begin(index), begin(index + 1)};
}

} // namespace

std::size_t shard::size() const {
  assert(index < count);
  const auto own = part_of(total, count, index);
  return own.end - own.begin;
}

std::vector<std::uint32_t> shard::order(std::uint64_t epoch) const {
  return order(epoch, std::vector<bool>(count, true));
}

std::vector<std::uint32_t> shard::order(std::uint64_t epoch, const std::vector<bool>& live) const {
  assert(live.size() == count);
  // The whole set is shuffled before it is cut, so that a set sorted by class still gives every shard all
  // classes.
  std::vector<std::uint32_t> all(total);
  std::iota(all.begin(), all.end(), 0u);
  shuffle(all, derive_seed(seed, assignment));

  std::vector<std::uint32_t> visited;
  const auto take = [&](std::size_t begin, std::size_t end) {
    visited.insert(visited.end(), all.begin() + static_cast<std::ptrdiff_t>(begin),
                   all.begin() + static_cast<std::ptrdiff_t>(end));
  };
  const auto own = part_of(total, count, index);
  take(own.begin, own.end);

  const auto is_heir = [&](std::size_t i) { return i == index || live[i]; };
  std::size_t heirs = 0;
  std::size_t place = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == index)
      place = heirs;
    heirs += is_heir(i) ? 1 : 0;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (is_heir(i))
      continue;
    const auto lost = part_of(total, count, i);
    const auto inherited = part_of(lost.end - lost.begin, heirs, place);
    take(lost.begin + inherited.begin, lost.begin + inherited.end);
  }
  shuffle(visited, derive_seed(derive_seed(derive_seed(seed, visiting_order), index), epoch));
  return visited;
}

} // namespace paceline
