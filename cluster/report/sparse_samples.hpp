#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace paceline {

/// Evenly chosen samples of a stream of unknown length, in bounded memory: every one at first, then every second, every fourth and so
/// on. The first and the latest are always among them. The same stream gives the same samples.
template <class Sample>
class sparse_samples {
 public:
  /// Keeps between `most` / 2 and `most` samples of a long stream, and the latest. Requires most >= 2.
  explicit sparse_samples(std::size_t most) : most_(most) { assert(most >= 2); }

  void add(Sample sample) {
    if (seen_++ % stride_ != 0) {
      latest_ = std::move(sample);
      return;
    }
    latest_.reset();
    kept_.push_back(std::move(sample));
    if (kept_.size() <= most_)
      return;
    // Of what was kept every second stays, and from now on half as much is kept.
    for (std::size_t i = 0; 2 * i < kept_.size(); ++i)
      if (i != 0)
        kept_[i] = std::move(kept_[2 * i]);
    if (kept_.size() % 2 == 0)
      latest_ = std::move(kept_.back());
    kept_.resize((kept_.size() + 1) / 2);
    stride_ *= 2;
  }

  bool empty() const { return seen_ == 0; }

  /// In the order of the stream.
  std::vector<Sample> values() const {
    auto all = kept_;
    if (latest_)
      all.push_back(*latest_);
    return all;
  }

 private:
  std::size_t most_;
  std::size_t stride_ = 1;
  std::size_t seen_ = 0;
  std::vector<Sample> kept_;
  /// The latest where it is not kept.
  std::optional<Sample> latest_;
};

} // namespace paceline
