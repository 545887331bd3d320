#pragma once

#include "compute/backend.hpp"
#include "compute/cuda/device/stream.hpp"
#include "compute/cuda/device/value_type.hpp"
#include "compute/model.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace paceline::cuda {

/// What a convolution is made for. Pictures lie channels last (N x height x width x channels), weights as
/// out x kernel x kernel x in.
struct convolution_shape {
  std::int64_t batch = 0;
  feature_shape input;
  feature_shape output;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  value_type type = value_type::fp32;
  /// Whether fp32 values may be rounded to TF32 (ten bits of fraction) for the products.
  bool tf32 = false;
  /// Algorithms by timing, or by the library's rules, which say the same each time.
  algorithm_choice choice = algorithm_choice::timed;
};

/// Which algorithms were found the best on one device, by shape, so that each is asked for once. Thread-safe.
class convolution_choices {
 public:
  convolution_choices();
  ~convolution_choices();

  struct native;
  native& own() { return *native_; }

 private:
  std::unique_ptr<native> native_;
};

/// Which passes a convolution is made for.
struct convolution_passes {
  bool forward = true;
  bool weights = true;
  bool data = true;
};

/// One convolution's three passes, by the algorithm that is chosen of those that the library has for each and that give equal bits for
/// equal input.
/// All pointers are to device memory.
class convolution {
 public:
  /// Throws device_failure where the library has no algorithm.
  convolution(stream& queue, const convolution_shape& shape, const convolution_passes& passes,
              convolution_choices& choices);
  ~convolution();
  convolution(convolution&&) noexcept;
  convolution& operator=(convolution&&) noexcept;

  /// What each pass needs of scratch memory at most.
  std::size_t workspace_bytes() const;

  void forward(stream& queue, const void* input, const void* weights, void* output, void* workspace) const;

  /// Adds to `input_gradient` with `accumulate`, else overwrites it.
  void backward_data(stream& queue, const void* output_gradient, const void* weights, void* input_gradient,
                     bool accumulate, void* workspace) const;

  /// Overwrites `weight_gradient`, which is of the shape's type.
  void backward_weights(stream& queue, const void* input, const void* output_gradient, void* weight_gradient,
                        void* workspace) const;

 private:
  struct native;
  std::unique_ptr<native> native_;
};

} // namespace paceline::cuda
