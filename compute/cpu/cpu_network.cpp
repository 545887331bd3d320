#include "compute/cpu/cpu_network.hpp"

#include "compute/cpu/average_pool_operation.hpp"
#include "compute/cpu/graph_operations.hpp"
#include "compute/cpu/norm_operation.hpp"
#include "compute/cpu/simple_operations.hpp"
#include "compute/cpu/weighted_operation.hpp"
#include "compute/cpu/winograd/winograd_operation.hpp"
#include "compute/errors.hpp"
#include "compute/loss.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <string>
#include <type_traits>
#include <variant>

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
    : made_(made), model_(m), options_(options), readers_(m.layers().size() + 1) {
    for (const auto& l : m.layers()) {
      ++readers_[l.from];
      if (std::holds_alternative<add_layer>(l.kind))
        ++readers_[l.with];
    }
  }

  void build() {
    made_.input_ = &new_activation({options_.batch_size, model_.input(), plain}, false);
    put(0, {made_.input_});
    const auto layers = model_.layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      // One that nothing but a relu reads does the relu's work itself.
      const bool rectify = i + 1 < layers.size() && std::holds_alternative<relu_layer>(layers[i + 1].kind)
                           && layers[i + 1].from == i + 1 && readers_[i + 1] == 1 && can_rectify(layers[i]);
      const auto made = std::visit([&](const auto& kind) { return add(i, kind, rectify); }, layers[i].kind);
      i += rectify ? 1 : 0;
      put(i + 1, made);
    }
    made_.output_ = in_block(take(layers.size()), plain).data;
  }

 private:
  /// What lies at a place of the model, as one that reads it finds it.
  struct found {
    activation* data = nullptr;
    /// Somebody else reads the values too.
    bool shared = false;
    /// Its maker leaves to a max-pool that reads it what activation::finished_by_reader says.
    bool may_be_finished = false;

    bool has_gradient() const { return !data->gradient.empty(); }
  };

  static bool can_rectify(const layer& l) {
    return has_weights(l) || std::holds_alternative<batch_norm_layer>(l.kind)
           || std::holds_alternative<add_layer>(l.kind);
  }

  std::span<float> allocate(const activation_layout& layout) {
    const auto& added = made_.memory_.emplace_back(static_cast<std::size_t>(layout.size()));
    return {added.data(), added.size()};
  }

  activation& new_activation(const activation_layout& layout, bool with_gradient) {
    auto& added = made_.activations_.emplace_back();
    added.layout = layout;
    added.values = allocate(layout);
    if (options_.training && with_gradient)
      added.gradient = allocate(layout);
    return added;
  }

  /// One whose gradient takes the memory of that of another, for an operation that turns the one into the other in place. With one of
  /// its own where the other has none.
  activation& new_activation_over(const found& under) {
    auto& added = new_activation(under.data->layout, false);
    if (options_.training)
      added.gradient = under.has_gradient() ? under.data->gradient : allocate(added.layout);
    return added;
  }

  /// `backward`: whether it has anything to do on the way back.
  void add_operation(std::unique_ptr<operation> added, bool backward) {
    made_.operations_.push_back({std::move(added), backward});
  }

  /// What was made lies at that place from now on; each of several readers gets a branch.
  void put(std::size_t place, found made) {
    branches_[place] = {made};
    if (readers_[place] < 2)
      return;
    std::vector<activation*> others;
    for (std::size_t i = 1; i < readers_[place]; ++i) {
      auto& branch = made_.activations_.emplace_back();
      branch.layout = made.data->layout;
      branch.values = made.data->values;
      if (made.has_gradient())
        branch.gradient = allocate(branch.layout);
      others.push_back(&branch);
      branches_[place].push_back({&branch, true});
    }
    branches_[place].front() = {made.data, true};
    add_operation(std::make_unique<fork_operation>(made_.executor_, *made.data, std::move(others)),
                  made.has_gradient());
  }

  found take(std::size_t place) {
    auto& left = branches_.at(place);
    const auto taken = left.back();
    left.pop_back();
    return taken;
  }

  /// The same in another layout.
  found in_block(found from, std::int64_t block) {
    auto& input = *from.data;
    if (input.layout.block == block)
      return from;
    auto& output = new_activation({input.layout.batch, input.layout.shape, block}, from.has_gradient());
    add_operation(std::make_unique<reorder_operation>(made_.executor_, input, output), from.has_gradient());
    return {&output};
  }

  /// The same, to be worked on in place.
  found own(found from) {
    if (!from.shared)
      return from;
    auto& output = new_activation(from.data->layout, from.has_gradient());
    add_operation(std::make_unique<copy_operation>(*from.data, output), from.has_gradient());
    return {&output};
  }

  template <class Layer> // convolution or linear
  found add(std::size_t index, [[maybe_unused]] const Layer& what, bool rectify) {
    const auto& l = model_.layers()[index];
    const auto source = take(l.from);
    if constexpr (std::is_same_v<Layer, convolution_layer>)
      if (winograd::is_suitable(l, what))
        return add_winograd(l, what, source, rectify);
    const auto primitives = onednn::make_weighted_primitives(made_.executor_.engine(), l,
                                                             {.batch = options_.batch_size,
                                                              .training = options_.training,
                                                              .input_gradient = source.has_gradient(),
                                                              .rectify = rectify});
    auto& input = *in_block(source, primitives.input.block).data;
    auto& output = new_activation(primitives.output, true);
    output.rectified = rectify;
    add_operation(std::make_unique<weighted_operation>(made_.executor_, primitives, slice(l, ".weight"),
                                                       model_.parameters().find(l.name + ".bias"), input, output),
                  true);
    return {&output, false, true};
  }

  found add_winograd(const layer& l, const convolution_layer& what, found source, bool rectify) {
    const auto block = winograd::block_of_channels();
    auto& input = *in_block(source, block).data;
    auto& output = new_activation({options_.batch_size, l.output, block}, true);
    output.rectified = rectify;
    add_operation(std::make_unique<winograd::winograd_operation>(made_.executor_, what, slice(l, ".weight"),
                                                                 model_.parameters().find(l.name + ".bias"), input,
                                                                 output),
                  true);
    return {&output, false, true};
  }

  found add(std::size_t index, const batch_norm_layer& what, bool rectify) {
    const auto& l = model_.layers()[index];
    const auto source = take(l.from);
    auto& input = *source.data;
    auto& output = new_activation_over(source);
    const norm_slices slices{slice(l, ".weight"), slice(l, ".bias"), slice(l, ".running_mean"),
                             slice(l, ".running_var")};
    add_operation(std::make_unique<norm_operation>(made_.executor_, what, slices, rectify, input, output), true);
    return {&output};
  }

  found add(std::size_t index, const add_layer&, bool rectify) {
    const auto& l = model_.layers()[index];
    const auto input = take(l.from);
    const auto other = in_block(take(l.with), input.data->layout.block);
    const bool backward = input.has_gradient() || other.has_gradient();
    auto& output =
      backward ? new_activation_over(input.has_gradient() ? input : other) : new_activation(input.data->layout, false);
    add_operation(std::make_unique<sum_operation>(made_.executor_, rectify, *input.data, *other.data, output),
                  backward);
    return {&output};
  }

  found add(std::size_t index, const relu_layer&, bool) {
    const auto data = own(take(model_.layers()[index].from));
    add_operation(std::make_unique<relu_operation>(made_.executor_, *data.data), data.has_gradient());
    return {data.data};
  }

  found add(std::size_t index, const dropout_layer& what, bool) {
    const auto data = own(take(model_.layers()[index].from));
    add_operation(std::make_unique<dropout_operation>(made_.executor_, what, index, *data.data), data.has_gradient());
    return {data.data};
  }

  found add(std::size_t index, const flatten_layer&, bool) {
    const auto& l = model_.layers()[index];
    auto data = in_block(take(l.from), plain);
    data.data->layout.shape = l.output;
    data.may_be_finished = false;
    return data;
  }

  found add(std::size_t index, const max_pool_layer& what, bool) {
    const auto& l = model_.layers()[index];
    if (what.kernel > largest_pool_kernel)
      throw invalid_input("max_pool" + (l.name.empty() ? "" : " " + l.name) + ": kernel is "
                          + std::to_string(what.kernel) + ", allowed is at most " + std::to_string(largest_pool_kernel)
                          + " on the CPU");
    const auto input = take(l.from);
    input.data->finished_by_reader = input.may_be_finished;
    return add_between<pool_operation>(l, what, input);
  }

  found add(std::size_t index, const average_pool_layer& what, bool) {
    const auto& l = model_.layers()[index];
    return add_between<average_pool_operation>(l, what, take(l.from));
  }

  found add(std::size_t index, const shortcut_layer& what, bool) {
    const auto& l = model_.layers()[index];
    return add_between<shortcut_operation>(l, what, take(l.from));
  }

  /// An operation without parameters, from the block that it finds to the same.
  template <class Operation, class Layer>
  found add_between(const layer& l, const Layer& what, const found& input) {
    const auto& from = input.data->layout;
    auto& output = new_activation({from.batch, l.output, from.block}, input.has_gradient());
    add_operation(std::make_unique<Operation>(made_.executor_, what, *input.data, output), input.has_gradient());
    return {&output};
  }

  const parameter_slice& slice(const layer& l, const char* name) const {
    return *model_.parameters().find(l.name + name);
  }

  cpu_network& made_;
  const model& model_;
  const network_options& options_;
  /// By place: how many layers read it.
  std::vector<std::size_t> readers_;
  std::map<std::size_t, std::vector<found>> branches_;
};

cpu_network::cpu_network(const model& m, const network_options& options, int threads)
  : training_(options.training), executor_(threads) {
  m.require_all_read();
  const thread_limit limit(threads);
  builder(*this, m, options).build();
  executor_.allocate_scratchpad();
}

void cpu_network::forward(std::span<const float> images, const forward_arguments& arguments) {
  assert(images.size() == input_->values.size());
  std::copy(images.begin(), images.end(), input_->values.begin());
  for (const auto& step : operations_)
    step.what->forward(arguments);
}

double cpu_network::loss_and_gradient(const batch_view& batch, std::span<const float> parameters,
                                      std::span<float> gradient, std::uint64_t dropout_seed) {
  assert(training_);
  const thread_limit limit(executor_.threads());
  forward(batch.images, {parameters, true, dropout_seed});
  const auto loss =
    softmax_cross_entropy(output_->values, batch.labels, output_->gradient) / static_cast<double>(batch.labels.size());
  const backward_arguments arguments{parameters, gradient};
  for (auto step = operations_.rbegin(); step != operations_.rend(); ++step)
    if (step->has_backward)
      step->what->backward(arguments);
  return loss;
}

void cpu_network::scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) {
  const thread_limit limit(executor_.threads());
  forward(images, {parameters, false, 0});
  const auto found = output_->values;
  assert(scores.size() == found.size());
  std::copy(found.begin(), found.end(), scores.begin());
}

std::size_t cpu_network::memory_bytes() const {
  auto bytes = executor_.scratchpad_bytes();
  for (const auto& buffer : memory_)
    bytes += buffer.size_bytes();
  for (const auto& step : operations_)
    bytes += step.what->memory_bytes();
  return bytes;
}

} // namespace paceline::cpu
