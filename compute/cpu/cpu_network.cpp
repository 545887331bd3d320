#include "compute/cpu/cpu_network.hpp"

#include "compute/cpu/simple_operations.hpp"
#include "compute/cpu/weighted_operation.hpp"
#include "compute/errors.hpp"
#include "compute/loss.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace paceline::cpu {

namespace {

constexpr std::int64_t plain = 1;

bool has_weights(const layer& l) {
  return std::holds_alternative<convolution_layer>(l.kind) || std::holds_alternative<linear_layer>(l.kind);
}

} // namespace

/// Turns a model's layers into operations, one after the other.
class cpu_network::builder {
 public:
  builder(cpu_network& made, const model& m, const network_options& options)
    : made_(made), model_(m), options_(options) {
    add_activation({options.batch_size, m.input(), plain});
  }

  void build() {
    const auto layers = model_.layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const bool relu_follows = i + 1 < layers.size() && std::holds_alternative<relu_layer>(layers[i + 1].kind);
      if (has_weights(layers[i])) {
        add_weighted(layers[i], relu_follows);
        i += relu_follows ? 1 : 0;
      } else if (std::holds_alternative<relu_layer>(layers[i].kind)) {
        add_in_place(std::make_unique<relu_operation>(made_.executor_, last()));
      } else if (const auto* dropout = std::get_if<dropout_layer>(&layers[i].kind)) {
        add_in_place(std::make_unique<dropout_operation>(made_.executor_, *dropout, i, last()));
      } else if (const auto* pool = std::get_if<max_pool_layer>(&layers[i].kind)) {
        add_pool(layers[i], *pool);
      } else { // flatten
        add_reorder(plain);
        last().layout.shape = layers[i].output;
        touched_ = true;
      }
    }
    add_reorder(plain);
  }

 private:
  activation& last() { return made_.activations_.back(); }

  /// Whether a gradient is wanted of what the last operation wrote: not before the first layer with weights.
  bool gradient_wanted() const { return options_.training && weights_before_; }

  activation& add_activation(const activation_layout& layout) {
    auto& added = made_.activations_.emplace_back();
    added.layout = layout;
    added.values = aligned_buffer<float>(static_cast<std::size_t>(layout.size()));
    if (gradient_wanted())
      added.gradient = aligned_buffer<float>(static_cast<std::size_t>(layout.size()));
    touched_ = false;
    return added;
  }

  void add(std::unique_ptr<operation> added) { made_.operations_.push_back(std::move(added)); }

  void add_in_place(std::unique_ptr<operation> added) {
    add(std::move(added));
    touched_ = true;
  }

  /// Requires a layout of the same shape.
  void add_reorder(std::int64_t block) {
    auto& input = last();
    if (input.layout.block == block)
      return;
    auto& output = add_activation({input.layout.batch, input.layout.shape, block});
    add(std::make_unique<reorder_operation>(made_.executor_, input, output));
  }

  void add_weighted(const layer& l, bool rectify) {
    const auto primitives = onednn::make_weighted_primitives(made_.executor_.engine(), l,
                                                             {.batch = options_.batch_size,
                                                              .training = options_.training,
                                                              .input_gradient = gradient_wanted(),
                                                              .rectify = rectify});
    add_reorder(primitives.input.block);
    auto& input = last();
    if (!weights_before_)
      made_.first_with_weights_ = made_.operations_.size();
    weights_before_ = true;
    auto& output = add_activation(primitives.output);
    output.rectified = rectify;
    const auto& parameters = model_.parameters();
    add(std::make_unique<weighted_operation>(made_.executor_, primitives, *parameters.find(l.name + ".weight"),
                                             *parameters.find(l.name + ".bias"), input, output));
  }

  void add_pool(const layer& l, const max_pool_layer& pool) {
    if (pool.kernel > largest_pool_kernel)
      throw invalid_input("max_pool" + (l.name.empty() ? "" : " " + l.name) + ": kernel is "
                          + std::to_string(pool.kernel) + ", allowed is at most " + std::to_string(largest_pool_kernel)
                          + " on the CPU");
    auto& input = last();
    input.finished_by_reader = !touched_;
    auto& output = add_activation({input.layout.batch, l.output, input.layout.block});
    add(std::make_unique<pool_operation>(made_.executor_, pool, input, output));
  }

  cpu_network& made_;
  const model& model_;
  const network_options& options_;
  bool weights_before_ = false;
  /// A relu, dropout or flatten stands between the maker of the last activation and its next reader.
  bool touched_ = false;
};

cpu_network::cpu_network(const model& m, const network_options& options, int threads)
  : training_(options.training), executor_(threads) {
  const thread_limit limit(threads);
  builder(*this, m, options).build();
  executor_.allocate_scratchpad();
}

void cpu_network::forward(std::span<const float> images, const forward_arguments& arguments) {
  const auto input = activations_.front().value_span();
  assert(images.size() == input.size());
  std::copy(images.begin(), images.end(), input.begin());
  for (const auto& step : operations_)
    step->forward(arguments);
}

double cpu_network::loss_and_gradient(const batch_view& batch, std::span<const float> parameters,
                                      std::span<float> gradient, std::uint64_t dropout_seed) {
  assert(training_);
  const thread_limit limit(executor_.threads());
  forward(batch.images, {parameters, true, dropout_seed});
  auto& scores = activations_.back();
  const auto loss = softmax_cross_entropy(scores.value_span(), batch.labels, scores.gradient_span())
                    / static_cast<double>(batch.labels.size());
  const backward_arguments arguments{parameters, gradient};
  for (auto i = operations_.size(); i-- > first_with_weights_;)
    operations_[i]->backward(arguments);
  return loss;
}

void cpu_network::scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) {
  const thread_limit limit(executor_.threads());
  forward(images, {parameters, false, 0});
  const auto found = activations_.back().value_span();
  assert(scores.size() == found.size());
  std::copy(found.begin(), found.end(), scores.begin());
}

std::size_t cpu_network::memory_bytes() const {
  auto bytes = executor_.scratchpad_bytes();
  for (const auto& data : activations_)
    bytes += data.bytes();
  for (const auto& step : operations_)
    bytes += step->memory_bytes();
  return bytes;
}

} // namespace paceline::cpu
