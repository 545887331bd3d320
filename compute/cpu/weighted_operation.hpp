#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/operation.hpp"
#include "compute/parameter_layout.hpp"

#include <optional>

namespace paceline::cpu {

/// Weights (or their gradient) on the way between the flat canonical vector and the layout that a primitive wants. Where
/// the two are the same the primitive works on the vector itself.
class weight_port {
 public:
  enum class direction { to_primitive, from_primitive };

  weight_port(executor& runs_on, const dnnl::memory::desc& canonical, const dnnl::memory::desc& wanted, direction way);

  /// The primitive's argument.
  const dnnl::memory& memory() const { return reordered_ ? reordered_memory_ : canonical_memory_; }

  /// Says where the canonical weights are. To be called before each run.
  void point_to(float* canonical) { canonical_memory_.set_data_handle(canonical); }

  /// Copies in its direction, where there is something to copy.
  void transfer(executor& runs_on) const;

  std::size_t memory_bytes() const { return buffer_.size_bytes(); }

 private:
  dnnl::memory canonical_memory_;
  aligned_buffer<float> buffer_;
  dnnl::memory reordered_memory_;
  std::optional<bound_primitive> reordered_;
};

/// A convolution or linear layer, with the relu behind it where there is one.
class weighted_operation final : public operation {
 public:
  /// Requires: the activations lie as `primitives` wants them, and outlive this.
  /// `bias`: nullptr where the layer has none.
  weighted_operation(executor& runs_on, const onednn::weighted_primitives& primitives, const parameter_slice& weight,
                     const parameter_slice* bias, const activation& input, activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override;

 private:
  /// The backward pass with respect to the weights or to the input.
  struct pass {
    weight_port weights;
    bound_primitive bound;
  };

  executor& runs_on_;
  parameter_slice weight_;
  std::optional<parameter_slice> bias_;
  activation& output_;
  /// Of the output as this makes it; a flatten behind it may give the same values another shape.
  activation_layout output_layout_;
  dnnl::memory bias_memory_;
  pass forward_;
  std::optional<pass> backward_weights_;
  std::optional<pass> backward_data_;
};

} // namespace paceline::cpu
