#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace paceline {

/// Mean of a worker's last training losses: the number by which leaders are chosen. Says whether it is full, so that a
/// worker that has just begun is not taken for a good one.
class loss_window {
 public:
  /// Requires length >= 1.
  explicit loss_window(std::size_t length);

  void push(double loss);

  bool full() const { return values_.size() == length_; }

  /// Mean over what is there, summed from oldest to newest (the same values give the same bits); NaN while empty.
  /// Not finite as soon as one value is not.
  double mean() const;

  void clear();

  /// Oldest first; for checkpoints.
  std::vector<double> values() const;

  /// Replaces the contents; of more than `length` values the newest are kept.
  void assign(std::span<const double> oldest_first);

 private:
  std::size_t length_;
  /// A ring once it is full; `next_` is then the oldest.
  std::vector<double> values_;
  std::size_t next_ = 0;
};

} // namespace paceline
