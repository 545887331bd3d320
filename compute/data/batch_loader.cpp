#include "compute/data/batch_loader.hpp"

#include "compute/counter_random.hpp"
#include "compute/data/prefetch_ring.hpp"
#include "compute/errors.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paceline {

namespace {

struct batch_buffer {
  std::vector<float> images;
  std::vector<std::int32_t> labels;
};

batch_loader_settings checked(batch_loader_settings settings) {
  const auto& images = settings.data->train;
  const auto& how = settings.how;
  assert(settings.part.total == images.size() && settings.part.index < settings.part.count);
  assert(settings.batch_size > 0 && settings.ahead > 0);
  if (settings.part.size() < static_cast<std::size_t>(settings.batch_size))
    throw invalid_input("a worker's share of " + std::to_string(settings.part.size()) + " pictures (of "
                        + std::to_string(settings.part.total) + " for " + std::to_string(settings.part.count)
                        + " workers) is smaller than a batch of " + std::to_string(settings.batch_size));
  const auto largest = std::min(images.height, images.width) + 2 * how.padding;
  if (how.padding < 0 || how.crop < 1 || how.crop > largest)
    throw invalid_input("a crop of " + std::to_string(how.crop) + " with a padding of " + std::to_string(how.padding)
                        + " does not fit pictures of " + std::to_string(images.height) + "x"
                        + std::to_string(images.width) + ": allowed are 1 to " + std::to_string(largest));
  return settings;
}

} // namespace

class batch_loader::prefetcher {
 public:
  explicit prefetcher(batch_loader_settings settings)
    : settings_(checked(std::move(settings))), buffers_(settings_.ahead + 1) {
    const auto batch = static_cast<std::size_t>(settings_.batch_size);
    for (auto& buffer : buffers_) {
      buffer.images.resize(batch * floats_per_picture());
      buffer.labels.resize(batch);
    }
    ring_.emplace(buffers_.size(), [this](std::uint64_t step, std::size_t slot) { fill(buffers_[slot], step); });
  }

  std::uint64_t batches_per_epoch() const {
    return settings_.part.size() / static_cast<std::uint64_t>(settings_.batch_size);
  }

  batch_view get(std::uint64_t step) {
    const auto& buffer = buffers_[ring_->get(step)];
    return {buffer.images, buffer.labels};
  }

  std::chrono::nanoseconds waited() const { return ring_->waited(); }

 private:
  std::size_t floats_per_picture() const {
    return static_cast<std::size_t>(settings_.data->train.channels * settings_.how.crop * settings_.how.crop);
  }

  // On the ring's thread.
  void fill(batch_buffer& buffer, std::uint64_t step) {
    const auto& data = *settings_.data;
    const auto epoch = step / batches_per_epoch();
    if (epoch != epoch_of_order_) {
      order_ = settings_.roster ? settings_.part.order(epoch, settings_.roster->live()) : settings_.part.order(epoch);
      epoch_of_order_ = epoch;
    }
    const auto batch = buffer.labels.size();
    const auto first = static_cast<std::size_t>(step % batches_per_epoch()) * batch;
    const auto floats = floats_per_picture();
    for (std::size_t i = 0; i < batch; ++i) {
      const auto picture = order_[first + i];
      const auto place_in_run = step * batch + i;
      augment_for_training(data, data.train, picture, settings_.how, derive_seed(settings_.seed, place_in_run),
                           std::span(buffer.images).subspan(i * floats, floats));
      buffer.labels[i] = data.train.labels[picture];
    }
  }

  const batch_loader_settings settings_;
  std::vector<batch_buffer> buffers_;

  // Of the ring's thread.
  std::vector<std::uint32_t> order_;
  std::uint64_t epoch_of_order_ = std::numeric_limits<std::uint64_t>::max();

  // Last: its thread, which uses all of the above, ends first.
  std::optional<prefetch_ring> ring_;
};

batch_loader::batch_loader(batch_loader_settings settings)
  : prefetcher_(std::make_unique<prefetcher>(std::move(settings))) {}

batch_loader::~batch_loader() = default;

std::uint64_t batch_loader::batches_per_epoch() const {
  return prefetcher_->batches_per_epoch();
}

batch_view batch_loader::get(std::uint64_t step) {
  return prefetcher_->get(step);
}

std::chrono::nanoseconds batch_loader::waited() const {
  return prefetcher_->waited();
}

} // namespace paceline
