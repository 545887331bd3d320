#pragma once

#include "compute/backend.hpp"
#include "compute/cpu/aligned_buffer.hpp"
#include "compute/cpu/executor.hpp"
#include "compute/cpu/network_plan.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace paceline::cpu {

/// A plan that has been given its memory, and runs.
class cpu_network final : public network {
 public:
  /// Throws invalid_input where a layer cannot be computed.
  cpu_network(const model& m, const network_options& options, int threads, const convolution_chooser& chooser);

  double loss_and_gradient(const batch_view& batch, std::span<const float> parameters, std::span<float> gradient,
                           std::uint64_t dropout_seed) override;
  void scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) override;
  std::size_t memory_bytes() const override;
  std::vector<layer_report> report() const override;

 private:
  void allocate(network_plan& plan);
  void forward(std::span<const float> images, const forward_arguments& arguments);

  struct step {
    std::unique_ptr<operation> what;
    std::size_t layer = 0;
    bool has_backward = false;
  };

  bool training_;
  executor executor_;
  /// What the activations share, see memory_plan.hpp.
  aligned_buffer<float> memory_;
  std::deque<activation> activations_;
  std::vector<step> operations_;
  /// By layer.
  std::vector<layer_report> reports_;
  /// The images and the scores, both in PyTorch's layout.
  activation* input_ = nullptr;
  activation* output_ = nullptr;
};

} // namespace paceline::cpu
