#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/norm_kernels.hpp"
#include "compute/cpu/operation.hpp"
#include "compute/parameter_layout.hpp"

#include <vector>

namespace paceline::cpu {

/// Where a batch norm's parameters and buffers lie in the flat vector.
struct norm_slices {
  parameter_slice weight;
  parameter_slice bias;
  parameter_slice running_mean;
  parameter_slice running_var;
};

/// A batch norm, with the relu behind it where `rectify` says so: two passes over memory on the way forward (statistics; scale), two on
/// the way back (sums; gradient), none of which reads what was put out.
class norm_operation final : public operation {
 public:
  /// Requires equal layouts of both, which outlive this. Their gradients may be in the same memory.
  norm_operation(executor& runs_on, const batch_norm_layer& what, const norm_slices& slices, bool rectify,
                 activation& input, activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override;

 private:
  norm_scaling scaling() const { return {scale_.data(), shift_.data(), rectify_}; }
  void measure_batch();

  executor& runs_on_;
  const norm_kernels& kernels_;
  batch_norm_layer what_;
  norm_slices slices_;
  bool rectify_;
  activation& input_;
  activation& output_;
  activation_layout layout_;
  /// Of the batch, by channel with the filling; the variance is the biased one.
  std::vector<double> sums_, products_, mean_, variance_;
  /// By channel with the filling.
  std::vector<float> scale_, shift_, middle_, by_gradient_, by_x_, constant_;
};

} // namespace paceline::cpu
