#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/weighted_operation.hpp"

#include <cstddef>
#include <optional>
#include <unordered_map>

namespace paceline::cpu {

/// Numbers on the way between the place where they lie and the layout or precision that a primitive wants, in which they lie in the
/// executor's room. Where the two are the same the primitive works on the place itself.
class argument_port {
 public:
  enum class direction { to_primitive, from_primitive };

  /// Takes the room from `offset` floats on.
  argument_port(executor& runs_on, const dnnl::memory::desc& lying, const dnnl::memory::desc& wanted, direction way,
                std::size_t offset = 0, float* place = nullptr);

  /// The primitive's argument.
  const dnnl::memory& memory() const { return reordered_ ? reordered_memory_ : lying_memory_; }

  /// Floats of room up to the end of what it takes there, on a cache-line boundary.
  std::size_t room_end() const { return room_end_; }

  /// To be called before each run; says where the numbers lie too, where that was not known before. (Each time oneDNN is told a
  /// place it may fill up the last block of channels there with zeros.)
  void enter_room(executor& runs_on);
  void point_to(executor& runs_on, float* place);

  /// Copies in its direction, where there is something to copy.
  void transfer(executor& runs_on) const;

 private:
  std::size_t offset_;
  std::size_t room_end_;
  dnnl::memory lying_memory_;
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
    argument_port weights;
    bound_primitive bound;
  };

  /// A pass whose weights lie in the room's beginning.
  pass prepare(const onednn::weighted_primitives& primitives, const onednn::weighted_pass& wanted, int weights_argument,
               std::unordered_map<int, dnnl::memory> arguments);

  executor& runs_on_;
  parameter_slice weight_;
  std::optional<parameter_slice> bias_;
  dnnl::memory bias_memory_;
  /// What the passes read of the input and of the output's gradient.
  std::optional<argument_port> input_;
  std::optional<argument_port> gradient_;
  std::optional<pass> forward_;
  std::optional<pass> backward_weights_;
  std::optional<pass> backward_data_;
};

} // namespace paceline::cpu
