#pragma once

#include "compute/backend.hpp"
#include "compute/data/augmentation.hpp"
#include "compute/data/dataset.hpp"
#include "compute/data/shard.hpp"
#include "compute/data/shard_roster.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace paceline {

struct batch_loader_settings {
  dataset_ptr data;
  /// Of data->train.
  shard part;
  /// Where it is given, the shards of lost workers are taken over by the others, each from its next epoch on; without it every
  /// worker keeps to its own shard.
  std::shared_ptr<const shard_roster> roster = nullptr;
  augmentation how;
  std::int64_t batch_size = 128;
  /// Decides crops and flips, with the picture's place in the run.
  std::uint64_t seed = 0;
  /// Batches prepared ahead, each in a buffer of its own; at least 1.
  std::size_t ahead = 2;
  /// Threads that prepare the pictures of a batch; at least 1.
  std::size_t decoders = 1;
};

/// Throws invalid_input where the shard is smaller than one batch or the crop does not fit the pictures.
void require_batches(const batch_loader_settings& settings);

/// Decides crop and flip of the picture at that place of a step's batch.
std::uint64_t picture_seed(const batch_loader_settings& settings, std::uint64_t step, std::size_t place);

/// Prepares a worker's training batches on threads of its own, a few ahead of the training thread.
/// Batch k is a pure function of the settings and k (and of who lived when its epoch began, where there is a roster): epoch
/// k / batches_per_epoch(), an epoch's last incomplete batch dropped. How many threads prepare it makes no difference.
/// All calls come from one thread.
class batch_loader {
 public:
  /// Throws as require_batches.
  explicit batch_loader(batch_loader_settings settings);
  ~batch_loader();

  batch_loader(const batch_loader&) = delete;
  batch_loader& operator=(const batch_loader&) = delete;

  std::uint64_t batches_per_epoch() const;

  /// The batch of that step; valid until the next call. Asking for steps in order finds them prepared; any other step is
  /// prepared then and there, and preparation goes on behind it.
  batch_view get(std::uint64_t step);

  /// Time that `get` has spent waiting since the start.
  std::chrono::nanoseconds waited() const;

  /// Pictures that could not be read since the start, so that others stand in their places; those of the batches prepared ahead
  /// are counted too.
  std::uint64_t replaced() const;

 private:
  class prefetcher;
  std::unique_ptr<prefetcher> prefetcher_;
};

} // namespace paceline
