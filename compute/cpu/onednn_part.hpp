#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/weighted_operation.hpp"

#include <optional>

namespace paceline::cpu {

/// Weights (or their gradient) on the way between the flat canonical vector and the layout that a primitive wants, in which they lie in
/// the executor's room. Where the two are the same the primitive works on the vector itself.
class weight_port {
 public:
  enum class direction { to_primitive, from_primitive };

  weight_port(executor& runs_on, const dnnl::memory::desc& canonical, const dnnl::memory::desc& wanted, direction way);

  /// The primitive's argument.
  const dnnl::memory& memory() const { return reordered_ ? reordered_memory_ : canonical_memory_; }

  /// Says where the canonical weights are. To be called before each run.
  void point_to(executor& runs_on, float* canonical);

  /// Copies in its direction, where there is something to copy.
  void transfer(executor& runs_on) const;

 private:
  dnnl::memory canonical_memory_;
  dnnl::memory reordered_memory_;
  std::optional<bound_primitive> reordered_;
};

/// Passes of a convolution or linear layer by oneDNN.
class onednn_part final : public weighted_part {
 public:
  /// Does what `primitives` holds. Requires: the activations lie as they want them, and outlive this. `bias`: nullptr where the layer has
  /// none.
  onednn_part(executor& runs_on, const onednn::weighted_primitives& primitives, const parameter_slice& weight,
              const parameter_slice* bias, const activation& input, const activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;

 private:
  struct pass {
    weight_port weights;
    bound_primitive bound;
  };

  pass prepare(const onednn::weighted_primitives& primitives, const onednn::weighted_pass& wanted, int weights_argument,
               std::unordered_map<int, dnnl::memory> arguments);

  executor& runs_on_;
  parameter_slice weight_;
  std::optional<parameter_slice> bias_;
  dnnl::memory bias_memory_;
  std::optional<pass> forward_;
  std::optional<pass> backward_weights_;
  std::optional<pass> backward_data_;
};

} // namespace paceline::cpu
