#include "compute/reference/reference_network.hpp"

#include "compute/reference/layers.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline {

namespace {

/// Mean cross-entropy; turns `scores` into its gradient.
double softmax_cross_entropy(std::span<double> scores, std::span<const std::int32_t> labels) {
  const auto classes = scores.size() / labels.size();
  const auto count = static_cast<double>(labels.size());
  double loss = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = scores.subspan(i * classes, classes);
    const auto label = static_cast<std::size_t>(labels[i]);
    const auto highest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const auto score : row)
      sum += std::exp(score - highest);
    loss += highest + std::log(sum) - row[label];
    for (auto& score : row)
      score = std::exp(score - highest) / sum / count;
    row[label] -= 1 / count;
  }
  return loss / count;
}

/// The part of a flat vector that is the layer's parameter of that name; empty where it has none.
template <class T>
std::span<T> slice_of(const model& m, std::span<T> all, const layer& l, const char* name) {
  const auto* slice = m.parameters().find(l.name + name);
  return slice == nullptr ? std::span<T>{} : all.subspan(slice->offset, slice->size);
}

void add(std::span<const double> addend, std::span<double> sum) {
  for (std::size_t i = 0; i < sum.size(); ++i)
    sum[i] += addend[i];
}

} // namespace

reference_network::reference_network(const model& m, std::int64_t batch_size) : model_(m), batch_size_(batch_size) {
  m.require_all_read();
  activations_.emplace_back(static_cast<std::size_t>(batch_size * m.input().size()));
  for (const auto& l : m.layers())
    activations_.emplace_back(static_cast<std::size_t>(batch_size * l.output.size()));
}

reference::layer_pass reference_network::pass_of(std::size_t index, std::span<const double> parameters, bool training,
                                                 std::uint64_t dropout_seed) const {
  const auto& l = model_.layers()[index];
  return {.what = &l,
          .index = index,
          .batch = batch_size_,
          .dropout_seed = dropout_seed,
          .training = training,
          .input = activations_[l.from],
          .other = activations_[l.with],
          .weight = slice_of(model_, parameters, l, ".weight"),
          .bias = slice_of(model_, parameters, l, ".bias"),
          .running_mean = slice_of(model_, parameters, l, ".running_mean"),
          .running_var = slice_of(model_, parameters, l, ".running_var")};
}

void reference_network::forward(std::span<const double> images, std::span<const double> parameters, bool training,
                                std::uint64_t dropout_seed) {
  assert(images.size() == activations_.front().size());
  std::copy(images.begin(), images.end(), activations_.front().begin());
  for (std::size_t i = 0; i < model_.layers().size(); ++i)
    reference::forward(pass_of(i, parameters, training, dropout_seed), activations_[i + 1]);
}

double reference_network::loss_and_gradient(std::span<const double> images, std::span<const std::int32_t> labels,
                                            std::span<const double> parameters, std::span<double> gradient,
                                            std::uint64_t dropout_seed) {
  forward(images, parameters, true, dropout_seed);
  gradients_.clear();
  for (const auto& activation : activations_)
    gradients_.emplace_back(activation.size());
  gradients_.back() = activations_.back();
  const auto loss = softmax_cross_entropy(gradients_.back(), labels);
  const auto layers = model_.layers();
  for (auto i = layers.size(); i-- > 0;) {
    const auto& l = layers[i];
    addend_.resize(activations_[l.from].size());
    reference::backward(pass_of(i, parameters, true, dropout_seed), gradients_[i + 1],
                        {.input = addend_,
                         .weight = slice_of(model_, gradient, l, ".weight"),
                         .bias = slice_of(model_, gradient, l, ".bias"),
                         .running_mean = slice_of(model_, gradient, l, ".running_mean"),
                         .running_var = slice_of(model_, gradient, l, ".running_var")});
    add(addend_, gradients_[l.from]);
    if (std::holds_alternative<add_layer>(l.kind))
      add(addend_, gradients_[l.with]);
  }
  return loss;
}

void reference_network::scores(std::span<const double> images, std::span<const double> parameters,
                               std::span<double> scores) {
  forward(images, parameters, false, 0);
  assert(scores.size() == activations_.back().size());
  std::copy(activations_.back().begin(), activations_.back().end(), scores.begin());
}

std::size_t reference_network::memory_bytes() const {
  auto values = addend_.size();
  for (const auto* all : {&activations_, &gradients_})
    for (const auto& activation : *all)
      values += activation.size();
  return values * sizeof(double);
}

} // namespace paceline
