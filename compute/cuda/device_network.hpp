#pragma once

#include "compute/cuda/device/convolution.hpp"
#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/device_parameters.hpp"
#include "compute/cuda/operation.hpp"
#include "compute/model.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace paceline::cuda {

struct device_network_options {
  std::int64_t batch_size = 0;
  bool training = true;
  /// Made only to see whether it can be: nothing is timed for it, and it is not run.
  bool trial = false;
  /// Of activations and products.
  value_type type = value_type::fp32;
  /// See convolution_shape.
  bool tf32 = false;
  algorithm_choice choice = algorithm_choice::timed;
};

/// A model's passes on a device. All that it reads and writes lies there: who uses it puts the batch, the labels and the dropout seed to
/// their places, and calls only put work into the queue, the same work each time, so that it can be recorded. Used by one thread.
class device_network {
 public:
  /// Choices and parameters outlive it; the latter are what its passes read, and their gradient what they write. Throws invalid_input
  /// where a layer cannot be computed, device_failure where there is not the memory.
  device_network(stream& queue, const model& m, const device_network_options& options, convolution_choices& choices,
                 device_parameters& parameters);

  /// Where the pictures go, channels last.
  const activation& input() const { return places_.front(); }
  std::int32_t* labels() const { return labels_.as<std::int32_t>(); }
  std::uint64_t* dropout_seed() const { return seed_.as<std::uint64_t>(); }

  /// N x classes, in canonical order.
  const activation& scores() const { return *scores_; }
  /// Mean cross-entropy of the batch.
  const double* loss() const { return loss_.as<double>(); }

  void forward(stream& queue, bool training);

  /// Forward in training mode, loss, backward. Requires: made for training.
  void loss_and_gradient(stream& queue);

  std::size_t memory_bytes() const;

 private:
  /// A layer, or two where the second is a relu that is fused into the first.
  struct planned {
    std::size_t layer = 0;
    /// Place of its output: behind its last layer.
    std::size_t output = 0;
    bool rectify = false;
  };

  std::vector<planned> plan(const model& m);
  void allocate(stream& queue, const model& m, const std::vector<planned>& plan);
  void make(stream& queue, const model& m, const std::vector<planned>& plan, device_parameters& parameters);
  std::unique_ptr<operation> make_one(stream& queue, const layer& l, const planned& p, device_parameters& parameters,
                                      const gradient_target& from, const gradient_target& with);

  struct step {
    std::unique_ptr<operation> what;
    bool has_backward = false;
  };

  device_network_options options_;
  convolution_choices& choices_;
  shared_scratch scratch_;
  /// By place (layer::from), and behind them the scores where they must be put in canonical order. Those within a fused
  /// operation hold nothing.
  std::vector<activation> places_;
  activation* scores_ = nullptr;
  std::vector<step> steps_;
  device_memory activations_;
  device_memory workspace_;
  device_memory reduction_;
  device_memory labels_;
  device_memory seed_;
  device_memory row_losses_;
  device_memory loss_;
};

} // namespace paceline::cuda
