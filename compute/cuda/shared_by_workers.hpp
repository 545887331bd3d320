#pragma once

#include "compute/cuda/copy_pool.hpp"
#include "compute/cuda/device/convolution.hpp"
#include "compute/cuda/picture_store.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace paceline::cuda {

/// What the workers on one device have in common. Thread-safe.
struct shared_by_workers {
  picture_store pictures;
  convolution_choices convolutions;
  /// Copies may outlive the workers.
  std::shared_ptr<copy_pool> copies = std::make_shared<copy_pool>();
  /// Held while networks, streams and recordings are made or given back: a device must not be waited for as a whole while somebody records
  /// on it, and algorithms are timed best alone.
  std::mutex making;
};

/// A turn at making something, as the first member of what is made: begun before the other members are there, ended when they are; begun
/// again before they go, and ended when they are gone.
class making_turn {
 public:
  explicit making_turn(std::shared_ptr<shared_by_workers> shared)
    : shared_(std::move(shared)), lock_(shared_->making) {}

  void end() { lock_.unlock(); }
  void begin_again() { lock_.lock(); }

 private:
  std::shared_ptr<shared_by_workers> shared_;
  std::unique_lock<std::mutex> lock_;
};

} // namespace paceline::cuda
