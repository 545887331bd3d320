#pragma once

#include "compute/model.hpp"

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

  model model_;
  std::int64_t batch_size_;
  /// What goes into each layer, and behind the last one the scores.
  std::vector<std::vector<double>> activations_;
  std::vector<double> output_gradient_;
  std::vector<double> input_gradient_;
};

} // namespace paceline
