#pragma once

#include "compute/objective.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace paceline {

struct logistic_regression_settings {
  std::int64_t features = 20;
  std::size_t examples = 2000;
  /// Examples a batch; 0 for all of them in each step.
  std::size_t batch_size = 32;
  /// Of ½ ‖w‖²; the bias is free.
  double l2 = 1e-3;
  /// Share of the examples whose class is turned.
  double noise = 0.05;
  /// Of the examples; equal seeds give equal ones.
  std::uint64_t seed = 0;
};

/// Two classes of random examples on either side of a random plane, some of them on the wrong one: a convex problem with noise in its
/// gradients. f(w, b) = mean of ln(1 + exp(−y (w·x + b))) + l2/2 ‖w‖².
class logistic_regression final : public objective {
 public:
  /// The examples of one problem, for all of its workers.
  struct examples;

  /// Throws invalid_input where there are no features or examples, or a share is none.
  static std::shared_ptr<const examples> make_examples(const logistic_regression_settings& settings);

  /// `worker_seed`: of what batches it draws. Throws invalid_input where the examples have another number of features.
  logistic_regression(const logistic_regression_settings& settings, std::shared_ptr<const examples> all,
                      std::uint64_t worker_seed);

  const parameter_layout& layout() const override { return layout_; }

  /// All zeros: the function is convex, and 0 its natural beginning.
  void initialise(std::span<float> parameters, std::uint64_t seed) const override;
  double loss_and_gradient(std::span<const float> parameters, std::span<float> gradient, std::uint64_t step) override;

  /// Of all examples.
  double probe_loss(std::span<const float> parameters) override;

  std::uint64_t steps_per_epoch() const override;

 private:
  /// Adds one example's loss and, where there is one, its gradient.
  double add(std::size_t example, std::span<const float> parameters, std::span<double> gradient) const;
  double penalty(std::span<const float> parameters) const;

  logistic_regression_settings settings_;
  std::shared_ptr<const examples> examples_;
  std::uint64_t worker_seed_;
  parameter_layout layout_;
  std::vector<double> sum_;
};

} // namespace paceline
