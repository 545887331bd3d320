#pragma once

#include "compute/backend.hpp"
#include "compute/cpu/aligned_buffer.hpp"
#include "compute/cpu/executor.hpp"
#include "compute/cpu/operation.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace paceline::cpu {

/// A model as a row of operations between activations, each in the layout that its maker prefers.
class cpu_network final : public network {
 public:
  /// Throws invalid_input where a layer cannot be computed.
  cpu_network(const model& m, const network_options& options, int threads);

  double loss_and_gradient(const batch_view& batch, std::span<const float> parameters, std::span<float> gradient,
                           std::uint64_t dropout_seed) override;
  void scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) override;
  std::size_t memory_bytes() const override;

 private:
  class builder;

  void forward(std::span<const float> images, const forward_arguments& arguments);

  struct step {
    std::unique_ptr<operation> what;
    bool has_backward = false;
  };

  bool training_;
  executor executor_;
  std::deque<aligned_buffer<float>> memory_;
  /// A deque, since operations refer to them.
  std::deque<activation> activations_;
  std::vector<step> operations_;
  /// The images and the scores, both in PyTorch's layout.
  activation* input_ = nullptr;
  activation* output_ = nullptr;
};

} // namespace paceline::cpu
