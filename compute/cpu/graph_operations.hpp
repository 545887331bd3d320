#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/operation.hpp"

#include <vector>

namespace paceline::cpu {

/// Where several operations read one activation: each has a branch, with the same values and a gradient of its own, and these come
/// together here, in the first branch's, which is the activation's own.
class fork_operation final : public operation {
 public:
  fork_operation(executor& runs_on, activation& whole, std::vector<const activation*> other_branches)
    : runs_on_(runs_on), whole_(whole), others_(std::move(other_branches)) {}

  void forward(const forward_arguments&) override {}
  void backward(const backward_arguments& arguments) override;

 private:
  executor& runs_on_;
  activation& whole_;
  std::vector<const activation*> others_;
};

/// A copy of the values, for an operation that works in place on what others read as well.
class copy_operation final : public operation {
 public:
  copy_operation(activation& input, activation& output) : input_(input), output_(output) {}

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;

 private:
  activation& input_;
  activation& output_;
};

/// A residual sum, with the relu behind it where `rectify` says so.
class sum_operation final : public operation {
 public:
  /// Requires equal layouts of all three. The output's gradient may be in the memory of one of the others'.
  sum_operation(executor& runs_on, bool rectify, activation& input, activation& other, activation& output)
    : runs_on_(runs_on), rectify_(rectify), input_(input), other_(other), output_(output) {}

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;

 private:
  executor& runs_on_;
  bool rectify_;
  activation& input_;
  activation& other_;
  activation& output_;
};

class shortcut_operation final : public operation {
 public:
  /// Requires `output` to have the block of `input`.
  shortcut_operation(executor& runs_on, const shortcut_layer& what, activation& input, activation& output)
    : runs_on_(runs_on),
      stride_(what.stride),
      from_(input.layout),
      to_(output.layout),
      input_(input),
      output_(output) {}

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;

 private:
  /// Calls visit(first input value, first output value, count) for all values of a sample that are let through.
  template <class Visit>
  void for_each_passed(std::int64_t sample, Visit visit) const;

  executor& runs_on_;
  std::int64_t stride_;
  activation_layout from_;
  activation_layout to_;
  activation& input_;
  activation& output_;
};

} // namespace paceline::cpu
