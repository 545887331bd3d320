#include "cluster/faults/fault_switches.hpp"

#include <algorithm>

namespace paceline {

fault_switches::fault_switches(std::span<const worker_id> workers) {
  for (const auto id : workers)
    workers_[id] = std::make_shared<worker_switches>();
}

void fault_switches::set(std::span<const fault> active) {
  const auto any = [&](auto holds) { return std::any_of(active.begin(), active.end(), holds); };
  const auto cuts = [](cut_direction other) {
    return [other](const fault& f) { return f.kind == fault_kind::cut && f.direction != other; };
  };
  deaf_ = any(cuts(cut_direction::outgoing));
  mute_ = any(cuts(cut_direction::incoming));
  corrupts_ = any([](const fault& f) { return f.kind == fault_kind::corrupt; });
  for (const auto& [id, worker] : workers_) {
    double slowdown = 1;
    bool lies = false;
    for (const auto& f : active) {
      if (f.worker != id)
        continue;
      if (f.kind == fault_kind::slow)
        slowdown = std::max(slowdown, f.factor);
      lies = lies || f.kind == fault_kind::false_loss;
    }
    worker->slowdown = slowdown;
    worker->lies = lies;
  }
}

void fault_switches::poison(worker_id worker) {
  of(worker)->poisoned = true;
}

bool fault_switches::drops(const std::string&, direction which) const {
  return which == direction::incoming ? deaf_ : mute_;
}

void fault_switches::spoil(std::span<std::byte> frame) const {
  if (corrupts_ && !frame.empty())
    frame[frame.size() / 2] ^= std::byte{0xff};
}

} // namespace paceline
