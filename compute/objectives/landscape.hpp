#pragma once

#include "compute/objective.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace paceline {

/// A function that is known whole: no data and no batches, so that every step sees the same. The base of those on which strategies are
/// studied and of which the answers are known.
class landscape : public objective {
 public:
  const parameter_layout& layout() const final { return layout_; }

  /// The value at a point, computed in double precision; its gradient goes to `gradient`, where that is not empty. Requires points and
  /// gradients as long as the layout.
  virtual double evaluate(std::span<const float> point, std::span<float> gradient) const = 0;

  double loss_and_gradient(std::span<const float> parameters, std::span<float> gradient, std::uint64_t) final {
    return evaluate(parameters, gradient);
  }
  double probe_loss(std::span<const float> parameters) final { return evaluate(parameters, {}); }

 protected:
  explicit landscape(parameter_layout layout) : layout_(std::move(layout)) {}

 private:
  parameter_layout layout_;
};

/// One parameter of that name and shape.
inline parameter_layout layout_of(std::string name, std::vector<std::int64_t> shape) {
  parameter_layout layout;
  layout.append(std::move(name), std::move(shape));
  return layout;
}

} // namespace paceline
