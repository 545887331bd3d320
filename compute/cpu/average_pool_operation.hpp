#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/operation.hpp"

#include <cstdint>

namespace paceline::cpu {

class average_pool_operation final : public operation {
 public:
  /// Requires `output` to have the block of `input`.
  average_pool_operation(executor& runs_on, const average_pool_layer& what, activation& input, activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;

 private:
  /// Calls visit(input pixel, output pixel) for each pixel of each window.
  template <class Visit>
  void for_each_place(Visit visit) const;

  executor& runs_on_;
  activation_layout from_;
  activation_layout to_;
  std::int64_t height_;
  std::int64_t width_;
  std::int64_t stride_;
  activation& input_;
  activation& output_;
};

} // namespace paceline::cpu
