#include "compute/data/batch_loader.hpp"

#include "compute/counter_random.hpp"
#include "compute/data/batch_order.hpp"
#include "compute/data/decoder_team.hpp"
#include "compute/data/prefetch_ring.hpp"
#include "compute/errors.hpp"

#include <atomic>
#include <cassert>
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

} // namespace

std::uint64_t picture_seed(const batch_loader_settings& settings, std::uint64_t step, std::size_t place) {
  return derive_seed(settings.seed, step * static_cast<std::uint64_t>(settings.batch_size) + place);
}

void require_batches(const batch_loader_settings& settings) {
  const auto& pictures = *settings.data->train;
  assert(settings.part.total == pictures.size() && settings.part.index < settings.part.count);
  assert(settings.batch_size > 0 && settings.ahead > 0 && settings.decoders > 0);
  if (settings.part.size() < static_cast<std::size_t>(settings.batch_size))
    throw invalid_input("a worker's share of " + std::to_string(settings.part.size()) + " pictures (of "
                        + std::to_string(settings.part.total) + " for " + std::to_string(settings.part.count)
                        + " workers) is smaller than a batch of " + std::to_string(settings.batch_size));
  pictures.require_fit(settings.how);
}

namespace {

batch_loader_settings checked(batch_loader_settings settings) {
  require_batches(settings);
  return settings;
}

} // namespace

class batch_loader::prefetcher {
 public:
  explicit prefetcher(batch_loader_settings settings)
    : settings_(checked(std::move(settings))),
      buffers_(settings_.ahead + 1),
      order_(settings_.part, settings_.roster, static_cast<std::size_t>(settings_.batch_size)) {
    const auto batch = static_cast<std::size_t>(settings_.batch_size);
    for (auto& buffer : buffers_) {
      buffer.images.resize(batch * floats_per_picture());
      buffer.labels.resize(batch);
    }
    ring_.emplace(buffers_.size(), [this](std::uint64_t step, std::size_t slot) { fill(buffers_[slot], step); });
  }

  std::uint64_t batches_per_epoch() const { return order_.batches_per_epoch(); }

  batch_view get(std::uint64_t step) {
    const auto& buffer = buffers_[ring_->get(step)];
    return {buffer.images, buffer.labels};
  }

  std::chrono::nanoseconds waited() const { return ring_->waited(); }
  std::uint64_t replaced() const { return replaced_; }

 private:
  std::size_t floats_per_picture() const {
    return static_cast<std::size_t>(picture_set::channels * settings_.how.crop * settings_.how.crop);
  }

  // On the ring's thread.
  void fill(batch_buffer& buffer, std::uint64_t step) {
    const auto& pictures = *settings_.data->train;
    const auto shown = order_.pictures(step);
    const auto batch = buffer.labels.size();
    const auto floats = floats_per_picture();
    if (!decoders_)
      // Made here so that its threads start on the cores of the ring's, which has left those of the training thread.
      decoders_.emplace(settings_.decoders);
    decoders_->prepare_all(batch, [&](std::size_t i) {
      const auto picture = shown[i];
      if (!pictures.prepare_for_training(picture, settings_.how, picture_seed(settings_, step, i),
                                         std::span(buffer.images).subspan(i * floats, floats)))
        ++replaced_;
      buffer.labels[i] = pictures.label(picture);
    });
  }

  const batch_loader_settings settings_;
  std::vector<batch_buffer> buffers_;

  // Of the ring's thread.
  batch_order order_;
  std::optional<decoder_team> decoders_;

  std::atomic<std::uint64_t> replaced_ = 0;

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

std::uint64_t batch_loader::replaced() const {
  return prefetcher_->replaced();
}

} // namespace paceline
