#pragma once

#include "compute/backend.hpp"
#include "compute/cuda/device_network.hpp"
#include "compute/cuda/shared_by_workers.hpp"

namespace paceline::cuda {

/// A network whose caller is on the host: each call brings parameters and pictures to the device and answers back.
class cuda_network final : public network {
 public:
  /// Throws invalid_input where a layer cannot be computed, device_failure where the device cannot.
  cuda_network(int device, const model& m, const device_network_options& options,
               const std::shared_ptr<shared_by_workers>& shared);
  ~cuda_network() override;

  double loss_and_gradient(const batch_view& batch, std::span<const float> parameters, std::span<float> gradient,
                           std::uint64_t dropout_seed) override;
  void scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) override;
  std::size_t memory_bytes() const override;

 private:
  void load_images(std::span<const float> images);

  making_turn making_;
  stream queue_;
  device_parameters parameters_;
  device_network network_;
  /// Images in canonical order on their way to the device, and scores on theirs from it.
  device_memory staging_;
};

} // namespace paceline::cuda
