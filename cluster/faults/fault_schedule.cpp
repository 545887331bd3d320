#include "cluster/faults/fault_schedule.hpp"

#include "compute/counter_random.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline {
namespace {

using std::chrono::nanoseconds;

/// What the seed is used for; each use has streams of its own.
enum fault_seed_use : std::uint64_t { draws = 1, rounds = 2 };

/// In [0, bound).
nanoseconds random_time(counter_random& random, nanoseconds bound) {
  return nanoseconds(static_cast<nanoseconds::rep>(random.below(static_cast<std::uint64_t>(bound.count()))));
}

nanoseconds gap_of(double per_hour) {
  if (per_hour <= 0)
    return nanoseconds::zero();
  const auto hour = std::chrono::duration<double, std::nano>(std::chrono::hours(1)).count();
  // A rate near 0 means one fault in longer than anybody trains.
  constexpr double longest = 1e18;
  return nanoseconds(std::max<nanoseconds::rep>(1, std::llround(std::min(hour / per_hour, longest))));
}

} // namespace

fault_schedule::fault_schedule(fault_settings settings, fault_roster roster)
  : settings_(std::move(settings)), roster_(std::move(roster)), gap_(gap_of(settings_.per_hour)) {
  assert(!roster_.nodes.empty());
  if (settings_.kinds.empty())
    gap_ = nanoseconds::zero();
}

std::vector<fault> fault_schedule::between(nanoseconds after, nanoseconds until) const {
  std::vector<fault> found;
  const auto take = [&](fault f) {
    if (f.at > after && f.at <= until)
      found.push_back(std::move(f));
  };
  for (std::size_t i = 0; i < settings_.list.size(); ++i)
    take(written(i));
  if (gap_ > nanoseconds::zero() && until >= settings_.begin) {
    const auto first = std::max(after - settings_.begin, nanoseconds::zero()) / gap_;
    const auto last = (until - settings_.begin) / gap_;
    for (auto index = first; index <= last; ++index)
      take(drawn(static_cast<std::uint64_t>(index)));
  }
  std::stable_sort(found.begin(), found.end(), [](const fault& a, const fault& b) { return a.at < b.at; });
  return found;
}

fault fault_schedule::drawn(std::uint64_t index) const {
  counter_random random(derive_seed(derive_seed(settings_.seed, draws), index));
  fault f{.number = settings_.list.size() + index, .kind = kind_at(index)};
  f.at = settings_.begin + gap_ * static_cast<nanoseconds::rep>(index) + random_time(random, gap_);
  const auto& node = roster_.nodes[random.below(roster_.nodes.size())];
  const auto group = node.first_group + static_cast<std::uint32_t>(random.below(node.groups));
  const auto worker = static_cast<std::uint32_t>(random.below(roster_.workers_per_group));
  if (victim_of(f.kind) != fault_victim::holder)
    f.node = node.name;
  if (victim_of(f.kind) == fault_victim::worker)
    f.worker = worker_id{group, worker};
  if (const auto average = average_duration(f.kind); average > nanoseconds::zero())
    f.duration = average / 2 + random_time(random, average);
  if (f.kind == fault_kind::slow)
    f.factor = settings_.slow_factor;
  if (f.kind == fault_kind::cut)
    f.direction = static_cast<cut_direction>(random.below(3));
  return f;
}

fault fault_schedule::written(std::size_t index) const {
  const auto& entry = settings_.list[index];
  fault f{.number = index, .kind = entry.kind, .at = entry.at, .node = entry.node, .worker = entry.worker};
  if (f.worker)
    f.node = roster_.node_of(f.worker->group);
  f.duration = entry.duration.value_or(average_duration(f.kind));
  if (f.kind == fault_kind::slow)
    f.factor = entry.factor.value_or(settings_.slow_factor);
  f.direction = entry.direction.value_or(cut_direction::both);
  return f;
}

fault_kind fault_schedule::kind_at(std::uint64_t index) const {
  // Fisher and Yates, anew for each round of all kinds.
  auto kinds = settings_.kinds;
  counter_random random(derive_seed(derive_seed(settings_.seed, rounds), index / kinds.size()));
  for (auto left = kinds.size(); left > 1; --left)
    std::swap(kinds[left - 1], kinds[random.below(left)]);
  return kinds[index % kinds.size()];
}

nanoseconds fault_schedule::average_duration(fault_kind kind) const {
  switch (kind) {
    case fault_kind::freeze:
      return settings_.freeze_time;
    case fault_kind::slow:
      return settings_.slow_time;
    case fault_kind::cut:
      return settings_.cut_time;
    case fault_kind::corrupt:
      return settings_.corrupt_time;
    case fault_kind::false_loss:
      return settings_.false_loss_time;
    case fault_kind::kill_worker:
    case fault_kind::kill_node:
    case fault_kind::kill_holder:
    case fault_kind::poison:
      break;
  }
  return nanoseconds::zero();
}

} // namespace paceline
