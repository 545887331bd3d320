#include "compute/cuda/cuda_network.hpp"

#include "compute/cuda/kernels/layouts.hpp"

#include <algorithm>
#include <cassert>

namespace paceline::cuda {

cuda_network::cuda_network(int device, const model& m, const device_network_options& options,
                           const std::shared_ptr<shared_by_workers>& shared)
  : making_(shared),
    queue_(device),
    parameters_(queue_, m.parameters(), options.type, options.training),
    network_(queue_, m, options, shared->convolutions, parameters_),
    staging_(device,
             static_cast<std::size_t>(std::max(network_.input().size(), network_.scores().size())) * sizeof(float),
             "pictures on their way") {
  making_.end();
}

cuda_network::~cuda_network() {
  making_.begin_again();
}

void cuda_network::load_images(std::span<const float> images) {
  const auto& input = network_.input();
  assert(static_cast<std::int64_t>(images.size()) == input.size());
  queue_.copy(staging_.data(), images.data(), images.size_bytes());
  transpose(queue_,
            {.batch = input.batch,
             .rows = input.sample.channels,
             .columns = input.sample.height * input.sample.width,
             .to = input.type},
            staging_.data(), input.values);
}

double cuda_network::loss_and_gradient(const batch_view& batch, std::span<const float> parameters,
                                       std::span<float> gradient, std::uint64_t dropout_seed) {
  queue_.use_here();
  parameters_.load(queue_, parameters);
  load_images(batch.images);
  queue_.copy(network_.labels(), batch.labels.data(), batch.labels.size_bytes());
  queue_.copy(network_.dropout_seed(), &dropout_seed, sizeof dropout_seed);
  network_.loss_and_gradient(queue_);
  double loss = 0;
  queue_.copy(&loss, network_.loss(), sizeof loss);
  // Waits for the loss as well.
  parameters_.store_gradient(queue_, gradient);
  return loss;
}

void cuda_network::scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) {
  queue_.use_here();
  parameters_.load(queue_, parameters);
  load_images(images);
  network_.forward(queue_, false);
  const auto& found = network_.scores();
  assert(static_cast<std::int64_t>(scores.size()) == found.size());
  convert(queue_, found.size(), found.type, found.values, value_type::fp32, staging_.data());
  queue_.copy(scores.data(), staging_.data(), scores.size_bytes());
  queue_.wait();
}

std::size_t cuda_network::memory_bytes() const {
  return parameters_.memory_bytes() + network_.memory_bytes() + staging_.size_bytes();
}

} // namespace paceline::cuda
