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

/// A batch norm, with the residual sum behind it where `added` is given and the relu behind that where `rectify` says so: two passes over
/// memory on the way forward (statistics, unless the input's maker has measured them; scale), two on the way back (sums; gradient). What was put out is read by none, or by the first
/// one back where it is rectified and either a sum or read by two. The second passes can be left to convolutions before and behind it, see
/// activation.
class norm_operation final : public operation {
 public:
  /// Requires equal layouts of all, which outlive this. The output's gradient may be in the memory of the input's, and is in that of
  /// what is added where that has one.
  norm_operation(executor& runs_on, const batch_norm_layer& what, const norm_slices& slices, bool rectify,
                 activation& input, activation* added, activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override;

 private:
  static constexpr std::int64_t samples_at_once = 16;
  std::int64_t groups_of_samples() const { return (layout_.batch + samples_at_once - 1) / samples_at_once; }
  /// Whether the output's gradient is made whole in place first, since that of what is added is the same, or since it has a branch.
  bool finishes_gradient() const { return added_ != nullptr || output_.branch != nullptr; }
  void measure_batch();
  /// The same from what the input's maker has measured.
  void combine_planes();
  void sum_gradient();

  executor& runs_on_;
  const norm_kernels& kernels_;
  batch_norm_layer what_;
  norm_slices slices_;
  bool rectify_;
  activation& input_;
  activation* added_;
  activation& output_;
  activation_layout layout_;
  norm_scaling scaling_;
  norm_derivation derivation_;
  /// Of the batch, by channel with the filling; the variance is the biased one.
  std::vector<double> sums_, products_, mean_, variance_;
  /// By group of samples, and in it by channel.
  std::vector<double> part_sums_, part_products_;
  /// By channel with the filling.
  std::vector<float> scale_, shift_, middle_, by_gradient_, by_x_, constant_;
};

} // namespace paceline::cpu
