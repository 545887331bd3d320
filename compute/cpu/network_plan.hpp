#pragma once

#include "compute/backend.hpp"
#include "compute/cpu/convolution_choice.hpp"
#include "compute/cpu/executor.hpp"
#include "compute/cpu/memory_plan.hpp"
#include "compute/cpu/operation.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace paceline::cpu {

/// An operation that is still to be made, when what it works on has got its memory.
struct planned_operation {
  /// The layer that it is for, or that is for.
  std::size_t layer = 0;
  /// All that it reads or writes: their values on the way forward, and their gradients on the way back.
  std::vector<const activation*> touched;
  /// Those whose values it needs on the way back.
  std::vector<const activation*> kept;
  /// Its output where a relu is fused into it: needed on the way back too, unless a reader finishes the gradient.
  const activation* rectified = nullptr;
  bool has_backward = false;
  std::function<std::unique_ptr<operation>()> make;
};

/// A model as a row of operations between activations, each in the layout that its maker prefers.
struct network_plan {
  /// A deque, since operations refer to them.
  std::deque<activation> activations;
  /// Sizes of the buffers in which they lie. Several may share one: values that get another shape, a gradient that is turned into another
  /// in place.
  std::vector<std::size_t> buffer_sizes;
  std::vector<planned_operation> operations;
  /// What was chosen for convolutions, and their names.
  std::vector<layer_report> reports;
  /// The images and the scores, both in PyTorch's layout.
  activation* input = nullptr;
  activation* output = nullptr;
};

/// Throws invalid_input where a layer cannot be computed. What the plan makes runs on `runs_on`; it and the model outlive the plan.
network_plan plan_network(executor& runs_on, const model& m, const network_options& options,
                          const convolution_chooser& chooser);

/// When each of the plan's buffers is in use. Moments: the images' arrival, each operation's way forward, the loss, each one's way back.
std::vector<buffer_life> lives_of(const network_plan& plan, bool training);

} // namespace paceline::cpu
