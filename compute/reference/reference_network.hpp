#pragma once

#include "compute/model.hpp"
#include "compute/reference/layers.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace paceline {

/// A network in double precision from images to gradient, so that finite differences can check it: the truth that every
/// backend is measured against. Contracts are those of `network`, with double for float.
class reference_network {
 public:
  reference_network(const model& m, std::int64_t batch_size);

  double loss_and_gradient(std::span<const double> images, std::span<const std::int32_t> labels,
                           std::span<const double> parameters, std::span<double> gradient, std::uint64_t dropout_seed);

  void scores(std::span<const double> images, std::span<const double> parameters, std::span<double> scores);

  std::size_t memory_bytes() const;

 private:
  void forward(std::span<const double> images, std::span<const double> parameters, bool training,
               std::uint64_t dropout_seed);
  reference::layer_pass pass_of(std::size_t index, std::span<const double> parameters, bool training,
                                std::uint64_t dropout_seed) const;

  model model_;
  std::int64_t batch_size_;
  /// By place (layer::from): the images, and what each layer puts out.
  std::vector<std::vector<double>> activations_;
  std::vector<std::vector<double>> gradients_;
  /// What one reader of an activation adds to its gradient.
  std::vector<double> addend_;
};

} // namespace paceline
