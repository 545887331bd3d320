#pragma once

#include "compute/model.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// A batch as a network takes it: `images` is N x channels x height x width, `labels` N numbers in [0, classes).
struct batch_view {
  std::span<const float> images;
  std::span<const std::int32_t> labels;
};

struct network_options {
  /// Samples of every batch that the network is given.
  std::int64_t batch_size = 0;
  /// A network for training keeps what the backward pass needs; one that only tests has no loss_and_gradient.
  bool training = true;
  /// Made only to see whether it can be: nothing is timed for it.
  bool trial = false;
};

/// How a network computes one layer, together with what is fused into it, and what that took in the last training step.
struct layer_report {
  /// Place in the model's layers, from 0.
  std::size_t layer = 0;
  /// Names of the algorithms, where the backend has a choice of them and the network that pass.
  std::string forward_by;
  std::string backward_data_by;
  std::string backward_weights_by;
  /// Processor time of the network's thread, which others cannot stretch; zero before the first training step.
  std::chrono::nanoseconds forward{0};
  std::chrono::nanoseconds backward{0};
};

/// A model compiled by a backend for one batch size. Owns its buffers and primitives; parameters stay the caller's, flat and
/// in canonical order. Used by one thread at a time, and always the one that made it (backends keep per-thread state).
class network {
 public:
  virtual ~network() = default;

  /// One forward and backward pass in training mode. Returns the mean cross-entropy of the batch, and overwrites `gradient`
  /// with the gradient of that mean; buffers (see parameter_layout) have none, and get there the values that they have
  /// after this batch. `dropout_seed` decides the dropout masks: element e of layer l (from 0) is kept where
  /// random_uniform(derive_seed(dropout_seed, l), e) >= probability, e counted over N x channels x height x width: see
  /// dropout_mask.hpp.
  /// Requires: made for training; both spans as long as the model's layout; labels in range.
  virtual double loss_and_gradient(const batch_view& batch, std::span<const float> parameters,
                                   std::span<float> gradient, std::uint64_t dropout_seed) = 0;

  /// Forward pass in test mode (no dropout): writes N x classes scores before softmax.
  virtual void scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) = 0;

  /// Bytes of all buffers that this network holds.
  virtual std::size_t memory_bytes() const = 0;

  /// One for each layer that has work of its own, in their order; empty where the backend keeps no account.
  virtual std::vector<layer_report> report() const { return {}; }
};

class trainer;
struct training_job;

/// A way to compute: the plain reference, the CPU by oneDNN, GPUs by CUDA. Thread-safe.
class backend {
 public:
  virtual ~backend() = default;

  virtual std::string name() const = 0;

  /// Called on the thread that will use the network. Throws invalid_input where this backend cannot run the model.
  virtual std::unique_ptr<network> compile(const model& m, const network_options& options) const = 0;

  /// A trainer that keeps all of a worker's training on the device; nullptr where the backend has none, and its networks are driven from
  /// the host (see make_classification_trainer). Called on the thread that will use it. Throws as compile, and invalid_input where model
  /// and data do not fit.
  virtual std::unique_ptr<trainer> make_trainer(const training_job& job) const;
};

/// Plain loops in double precision: the truth for tests. Slow.
std::shared_ptr<const backend> make_reference_backend();

/// How a backend decides between algorithms that compute the same and round differently.
enum class algorithm_choice {
  /// By rules: the same on all machines with the same instruction sets and libraries, so that the same seed gives the same bits.
  fixed,
  /// By timing them when a network is compiled. Each shape is timed once for all networks of a backend.
  timed,
};

/// In what numbers convolutions may be multiplied out.
enum class product_precision {
  fp32,
  /// What a convolution reads may be rounded to bf16 (eight bits of precision) where that is faster; by rules, where the
  /// processor has instructions for it and no algorithm of our own fits, or there are more filters than a cache holds. Sums,
  /// activations between layers, parameters and their gradients stay fp32, and so do all other layers.
  bf16,
  /// What convolutions and linear layers read is rounded to TF32 (ten bits of fraction) by a GPU's units for that. A CPU has none.
  tf32,
};

inline const char* to_string(product_precision precision) {
  switch (precision) {
    case product_precision::fp32:
      return "fp32";
    case product_precision::bf16:
      return "bf16";
    case product_precision::tf32:
      return "tf32";
  }
  return "unknown";
}

/// Whether this processor has instructions for products of bf16; on others they are made in fp32.
bool cpu_multiplies_bf16();

struct cpu_backend_options {
  int threads = 1;
  algorithm_choice choice = algorithm_choice::fixed;
  product_precision precision = product_precision::fp32;
};

/// oneDNN and own kernels on the calling thread and, where `threads` is above 1, that many OpenMP threads. With one thread no OpenMP team
/// is ever woken. Requires threads >= 1.
std::shared_ptr<const backend> make_cpu_backend(const cpu_backend_options& options = {});

struct cuda_backend_options {
  /// The device's number, from 0.
  int device = 0;
  /// With bf16 activations lie in bf16 too, and cuDNN rounds the gradient of a convolution's weights to bf16 once it is summed up; parameters, momentum
  /// and all sums are fp32.
  product_precision precision = product_precision::fp32;
  algorithm_choice choice = algorithm_choice::fixed;
};

/// cuDNN, cuBLAS and own kernels on one GPU. Throws invalid_input, which says why, where that device cannot be used here.
std::shared_ptr<const backend> make_cuda_backend(const cuda_backend_options& options);

} // namespace paceline
