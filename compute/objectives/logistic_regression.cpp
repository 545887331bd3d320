#include "compute/objectives/logistic_regression.hpp"

#include "compute/errors.hpp"
#include "compute/objectives/normal_random.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

namespace paceline {

struct logistic_regression::examples {
  /// Example by example.
  std::vector<float> features;
  /// −1 or 1.
  std::vector<float> classes;
};

namespace {

/// ln(1 + exp(−margin)), without overflow.
double log_loss(double margin) {
  return margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
}

parameter_layout layout_for(std::int64_t features) {
  parameter_layout layout;
  layout.append("weight", {features});
  layout.append("bias", {1});
  return layout;
}

} // namespace

std::shared_ptr<const logistic_regression::examples>
logistic_regression::make_examples(const logistic_regression_settings& settings) {
  if (settings.features < 1 || settings.examples < 1)
    throw invalid_input("logistic regression: found " + std::to_string(settings.features) + " features and "
                        + std::to_string(settings.examples) + " examples, allowed: at least 1 each");
  if (!(settings.noise >= 0 && settings.noise <= 1 && settings.l2 >= 0 && std::isfinite(settings.l2)))
    throw invalid_input("logistic regression: found noise " + std::to_string(settings.noise) + " and l2 "
                        + std::to_string(settings.l2) + ", allowed: a share, and 0 or more");
  counter_random random(settings.seed);
  const auto features = static_cast<std::size_t>(settings.features);
  std::vector<double> plane(features);
  for (auto& value : plane)
    value = standard_normal(random);
  examples made;
  made.features.resize(settings.examples * features);
  for (std::size_t n = 0; n < settings.examples; ++n) {
    double side = 0;
    for (std::size_t i = 0; i < features; ++i) {
      auto& value = made.features[n * features + i];
      value = static_cast<float>(standard_normal(random));
      side += plane[i] * value;
    }
    const bool is_turned = random.uniform() < static_cast<float>(settings.noise);
    made.classes.push_back((side >= 0) != is_turned ? 1.0f : -1.0f);
  }
  return std::make_shared<const examples>(std::move(made));
}

logistic_regression::logistic_regression(const logistic_regression_settings& settings,
                                         std::shared_ptr<const examples> all, std::uint64_t worker_seed)
  : settings_(settings),
    examples_(std::move(all)),
    worker_seed_(worker_seed),
    layout_(layout_for(settings.features)),
    sum_(layout_.size()) {
  if (examples_->features.size() != examples_->classes.size() * static_cast<std::size_t>(settings.features))
    throw invalid_input("logistic regression: found " + std::to_string(settings.features)
                        + " features, allowed: as many as the examples have, "
                        + std::to_string(examples_->features.size() / examples_->classes.size()));
}

void logistic_regression::initialise(std::span<float> parameters, std::uint64_t) const {
  std::fill(parameters.begin(), parameters.end(), 0.0f);
}

double logistic_regression::add(std::size_t example, std::span<const float> parameters,
                                std::span<double> gradient) const {
  const auto features = parameters.size() - 1;
  const auto x = std::span(examples_->features).subspan(example * features, features);
  const double y = examples_->classes[example];
  double score = parameters[features];
  for (std::size_t i = 0; i < features; ++i)
    score += static_cast<double>(parameters[i]) * x[i];
  if (!gradient.empty()) {
    const auto slope = -y / (1 + std::exp(y * score));
    for (std::size_t i = 0; i < features; ++i)
      gradient[i] += slope * x[i];
    gradient[features] += slope;
  }
  return log_loss(y * score);
}

double logistic_regression::penalty(std::span<const float> parameters) const {
  double squares = 0;
  for (const double w : parameters.first(parameters.size() - 1))
    squares += w * w;
  return settings_.l2 / 2 * squares;
}

double logistic_regression::loss_and_gradient(std::span<const float> parameters, std::span<float> gradient,
                                              std::uint64_t step) {
  assert(parameters.size() == layout_.size() && gradient.size() == layout_.size());
  std::fill(sum_.begin(), sum_.end(), 0.0);
  const auto all = examples_->classes.size();
  const auto shown = settings_.batch_size == 0 ? all : settings_.batch_size;
  counter_random random(derive_seed(worker_seed_, step));
  double loss = 0;
  for (std::size_t n = 0; n < shown; ++n)
    loss += add(settings_.batch_size == 0 ? n : random.below(all), parameters, sum_);
  const auto count = static_cast<double>(shown);
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    const auto shrinking = i + 1 < sum_.size() ? settings_.l2 * static_cast<double>(parameters[i]) : 0;
    gradient[i] = static_cast<float>(sum_[i] / count + shrinking);
  }
  return loss / count + penalty(parameters);
}

double logistic_regression::probe_loss(std::span<const float> parameters) {
  const auto all = examples_->classes.size();
  double loss = 0;
  for (std::size_t n = 0; n < all; ++n)
    loss += add(n, parameters, {});
  return loss / static_cast<double>(all) + penalty(parameters);
}

std::uint64_t logistic_regression::steps_per_epoch() const {
  return settings_.batch_size == 0 ? 1 : std::max<std::uint64_t>(examples_->classes.size() / settings_.batch_size, 1);
}

} // namespace paceline
