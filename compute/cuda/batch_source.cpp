#include "compute/cuda/batch_source.hpp"

#include "compute/cuda/device/pinned_memory.hpp"
#include "compute/cuda/kernels/layouts.hpp"
#include "compute/cuda/kernels/pictures.hpp"
#include "compute/data/batch_order.hpp"

#include <algorithm>
#include <utility>

namespace paceline::cuda {

namespace {

/// Only where each picture of the batch lies, and how it is cut, comes from the host.
class batches_on_device final : public batch_source {
 public:
  batches_on_device(int device, const batch_loader_settings& settings, std::shared_ptr<const image_set> pictures,
                    std::shared_ptr<const device_memory> pixels, const activation& input)
    : settings_(settings),
      pictures_(std::move(pictures)),
      pixels_(std::move(pixels)),
      input_(input),
      order_(settings.part, settings.roster, static_cast<std::size_t>(settings.batch_size)),
      cuts_(device, static_cast<std::size_t>(input.batch) * sizeof(device_cut), "a batch's cuts"),
      host_cuts_(device, cuts_.size_bytes()),
      host_labels_(device, static_cast<std::size_t>(input.batch) * sizeof(std::int32_t)) {
    shape_.height = static_cast<std::int32_t>(pictures_->height);
    shape_.width = static_cast<std::int32_t>(pictures_->width);
    shape_.crop = static_cast<std::int32_t>(settings.how.crop);
    for (std::size_t c = 0; c < 3; ++c) {
      shape_.scale[c] = 1.0f / (255.0f * pictures_->stddev[c]);
      shape_.black[c] = -pictures_->mean[c] / pictures_->stddev[c];
    }
  }

  std::uint64_t batches_per_epoch() const override { return order_.batches_per_epoch(); }

  void put(stream& queue, std::uint64_t step, std::int32_t* labels) override {
    const auto shown = order_.pictures(step);
    auto* cuts = host_cuts_.as<device_cut>();
    auto* host_labels = host_labels_.as<std::int32_t>();
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto cut = pictures_->training_cut(settings_.how, picture_seed(settings_, step, i));
      cuts[i] = {shown[i], static_cast<std::int32_t>(cut.top), static_cast<std::int32_t>(cut.left),
                 cut.mirrored ? 1u : 0u};
      host_labels[i] = pictures_->label(shown[i]);
    }
    queue.copy(cuts_.data(), cuts, host_cuts_.size_bytes());
    queue.copy(labels, host_labels, host_labels_.size_bytes());
  }

  void put_nothing(stream& queue) override { queue.clear(cuts_.data(), cuts_.size_bytes()); }

  void make_input(stream& queue) override {
    cut_pictures(queue, input_.type, shape_, input_.batch, pixels_->as<std::uint8_t>(), cuts_.as<device_cut>(),
                 input_.values);
  }

 private:
  batch_loader_settings settings_;
  std::shared_ptr<const image_set> pictures_;
  std::shared_ptr<const device_memory> pixels_;
  const activation& input_;
  picture_shape shape_;
  batch_order order_;
  device_memory cuts_;
  pinned_memory host_cuts_;
  pinned_memory host_labels_;
};

/// The loader's batches, channels first, through pinned memory.
class batches_from_host final : public batch_source {
 public:
  batches_from_host(int device, const batch_loader_settings& settings, const activation& input)
    : input_(input),
      images_(device, static_cast<std::size_t>(input.size()) * sizeof(float), "a batch's pictures"),
      host_images_(device, images_.size_bytes()),
      host_labels_(device, static_cast<std::size_t>(input.batch) * sizeof(std::int32_t)),
      loader_(settings) {}

  std::uint64_t batches_per_epoch() const override { return loader_.batches_per_epoch(); }

  void put(stream& queue, std::uint64_t step, std::int32_t* labels) override {
    const auto batch = loader_.get(step);
    std::copy(batch.images.begin(), batch.images.end(), host_images_.as<float>());
    std::copy(batch.labels.begin(), batch.labels.end(), host_labels_.as<std::int32_t>());
    queue.copy(images_.data(), host_images_.data(), host_images_.size_bytes());
    queue.copy(labels, host_labels_.data(), host_labels_.size_bytes());
  }

  void put_nothing(stream& queue) override { queue.clear(images_.data(), images_.size_bytes()); }

  void make_input(stream& queue) override {
    transpose(queue,
              {.batch = input_.batch,
               .rows = input_.sample.channels,
               .columns = input_.sample.height * input_.sample.width,
               .to = input_.type},
              images_.data(), input_.values);
  }

  std::chrono::nanoseconds waited() const override { return loader_.waited(); }
  std::uint64_t replaced() const override { return loader_.replaced(); }

 private:
  const activation& input_;
  device_memory images_;
  pinned_memory host_images_;
  pinned_memory host_labels_;
  batch_loader loader_;
};

} // namespace

std::unique_ptr<batch_source> make_batch_source(stream& queue, const batch_loader_settings& settings,
                                                picture_store& pictures, const activation& input) {
  require_batches(settings);
  if (const auto in_memory = std::dynamic_pointer_cast<const image_set>(settings.data->train))
    if (auto pixels = pictures.pixels_of(queue, in_memory))
      return std::make_unique<batches_on_device>(queue.device(), settings, in_memory, std::move(pixels), input);
  return std::make_unique<batches_from_host>(queue.device(), settings, input);
}

} // namespace paceline::cuda
