#include "compute/cpu/network_plan.hpp"

#include "compute/cpu/average_pool_operation.hpp"
#include "compute/cpu/convolution_parts.hpp"
#include "compute/cpu/graph_operations.hpp"
#include "compute/cpu/norm_operation.hpp"
#include "compute/cpu/onednn_part.hpp"
#include "compute/cpu/simple_operations.hpp"
#include "compute/cpu/weighted_operation.hpp"
#include "compute/errors.hpp"

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

/// Turns a model's layers into operations, one after the other.
class planner {
 public:
  planner(executor& runs_on, const model& m, const network_options& options, const convolution_chooser& chooser)
    : runs_on_(runs_on), model_(m), options_(options), chooser_(chooser), readers_(m.layers().size() + 1) {
    for (const auto& l : m.layers()) {
      ++readers_[l.from];
      if (std::holds_alternative<add_layer>(l.kind))
        ++readers_[l.with];
    }
  }

  network_plan plan() {
    plan_.input = &new_activation({options_.batch_size, model_.input(), plain}, false);
    put(0, {plan_.input});
    const auto layers = model_.layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      layer_ = i;
      // One that nothing but a relu reads does the relu's work itself.
      const bool rectify = i + 1 < layers.size() && std::holds_alternative<relu_layer>(layers[i + 1].kind)
                           && layers[i + 1].from == i + 1 && readers_[i + 1] == 1 && can_rectify(layers[i]);
      i += rectify ? 1 : 0;
      last_ = i;
      const auto made =
        std::visit([&](const auto& kind) { return add(layers[layer_], kind, rectify); }, layers[layer_].kind);
      i = last_;
      put(i + 1, made);
    }
    plan_.output = in_block(take(layers.size()), plain).data;
    return std::move(plan_);
  }

 private:
  /// What lies at a place of the model, as one that reads it finds it.
  struct found {
    activation* data = nullptr;
    /// Somebody else reads the values too.
    bool shared = false;
    /// Its maker leaves to a max-pool that reads it what activation::finished_by_reader says.
    bool may_be_finished = false;

    bool has_gradient() const { return data->gradient_buffer.has_value(); }
  };

  static bool can_rectify(const layer& l) {
    return has_weights(l) || std::holds_alternative<batch_norm_layer>(l.kind)
           || std::holds_alternative<add_layer>(l.kind);
  }

  std::size_t new_buffer(const activation_layout& layout) {
    plan_.buffer_sizes.push_back(static_cast<std::size_t>(layout.size()));
    return plan_.buffer_sizes.size() - 1;
  }

  activation& new_activation(const activation_layout& layout, bool with_gradient) {
    auto& added = plan_.activations.emplace_back();
    added.layout = layout;
    added.values_buffer = new_buffer(layout);
    if (options_.training && with_gradient)
      added.gradient_buffer = new_buffer(layout);
    return added;
  }

  /// One whose gradient takes the memory of that of another, for an operation that turns the one into the other in place. With one of
  /// its own where the other has none.
  activation& new_activation_over(const found& under) {
    auto& added = new_activation(under.data->layout, !under.has_gradient());
    if (under.has_gradient())
      added.gradient_buffer = under.data->gradient_buffer;
    return added;
  }

  planned_operation& add_operation(std::vector<const activation*> touched, bool has_backward,
                                   std::function<std::unique_ptr<operation>()> make) {
    return plan_.operations.emplace_back(
      planned_operation{layer_, std::move(touched), {}, nullptr, has_backward, std::move(make)});
  }

  /// What was made lies at that place from now on; each of several readers gets a branch.
  void put(std::size_t place, found made) {
    branches_[place] = {made};
    if (readers_[place] < 2)
      return;
    std::vector<activation*> others;
    for (std::size_t i = 1; i < readers_[place]; ++i) {
      auto& branch = plan_.activations.emplace_back();
      branch.layout = made.data->layout;
      branch.values_buffer = made.data->values_buffer;
      if (made.has_gradient())
        branch.gradient_buffer = new_buffer(branch.layout);
      others.push_back(&branch);
      branches_[place].push_back({&branch, true});
    }
    branches_[place].front() = {made.data, true};
    std::vector<const activation*> touched(others.begin(), others.end());
    touched.push_back(made.data);
    add_operation(std::move(touched), made.has_gradient(),
                  [&runs_on = runs_on_, &whole = *made.data, others = std::move(others)] {
                    return std::make_unique<fork_operation>(runs_on, whole, others);
                  });
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
    add_operation({&input, &output}, from.has_gradient(), [&runs_on = runs_on_, &input, &output] {
      return std::make_unique<reorder_operation>(runs_on, input, output);
    });
    return {&output};
  }

  /// The same, to be worked on in place.
  found own(found from) {
    if (!from.shared)
      return from;
    auto& input = *from.data;
    auto& output = new_activation(input.layout, from.has_gradient());
    add_operation({&input, &output}, from.has_gradient(),
                  [&input, &output] { return std::make_unique<copy_operation>(input, output); });
    return {&output};
  }

  found add(const layer& l, const convolution_layer& what, bool rectify) {
    const auto source = take(l.from);
    const convolution_task task{
      l, what, options_.batch_size, runs_on_.threads(), passes_behind(source), rectify, is_quartered_behind(last_)};
    const auto choice = chooser_.choose(task);
    report(task, choice);
    auto chosen = prepare_convolution(runs_on_.engine(), task, choice);
    auto& input = *in_block(source, chosen.input_block).data;
    const bool pooled = task.pooled && chosen.own == task.passes;
    last_ += pooled ? 1 : 0;
    auto& output = new_activation({options_.batch_size, model_.layers()[last_].output, chosen.output_block}, true);
    add_weighted(l, input, output, rectify,
                 [&runs_on = runs_on_, chosen = std::move(chosen), &l, &what, slices = slices_of(l), &input, &output] {
                   return make_parts(runs_on, chosen, l, what, slices, input, output);
                 });
    return {&output, false, true};
  }

  found add(const layer& l, const linear_layer&, bool rectify) {
    const auto source = take(l.from);
    const auto primitives = onednn::make_weighted_primitives(
      runs_on_.engine(), l, {.batch = options_.batch_size, .passes = passes_behind(source), .rectify = rectify});
    auto& input = *in_block(source, primitives.input.block).data;
    auto& output = new_activation(primitives.output, true);
    add_weighted(l, input, output, rectify, [&runs_on = runs_on_, primitives, slices = slices_of(l), &input, &output] {
      std::vector<std::unique_ptr<weighted_part>> parts;
      parts.push_back(
        std::make_unique<onednn_part>(runs_on, primitives, slices.weight, slices.bias_or_null(), input, output));
      return parts;
    });
    return {&output, false, true};
  }

  template <class MakeParts>
  void add_weighted(const layer& l, activation& input, activation& output, bool rectify, MakeParts make_parts) {
    output.rectified = rectify;
    auto& added = add_operation(
      {&input, &output}, true,
      [&runs_on = runs_on_, bias = bias_of(l), made = output.layout, &output, make_parts = std::move(make_parts)] {
        return std::make_unique<weighted_operation>(runs_on, made, bias, output, make_parts());
      });
    added.kept = {&input};
    added.rectified = rectify ? &output : nullptr;
  }

  found add(const layer& l, const batch_norm_layer& what, bool rectify) {
    const auto source = take(l.from);
    auto& input = *source.data;
    auto& output = new_activation_over(source);
    const norm_slices slices{slice(l, ".weight"), slice(l, ".bias"), slice(l, ".running_mean"),
                             slice(l, ".running_var")};
    auto& added = add_operation({&input, &output}, true, [&runs_on = runs_on_, what, slices, rectify, &input, &output] {
      return std::make_unique<norm_operation>(runs_on, what, slices, rectify, input, output);
    });
    added.kept = {&input};
    return {&output};
  }

  found add(const layer& l, const add_layer&, bool rectify) {
    const auto source = take(l.from);
    const auto added_to = in_block(take(l.with), source.data->layout.block);
    const bool backward = source.has_gradient() || added_to.has_gradient();
    auto& input = *source.data;
    auto& other = *added_to.data;
    auto& output =
      backward ? new_activation_over(source.has_gradient() ? source : added_to) : new_activation(input.layout, false);
    auto& added =
      add_operation({&input, &other, &output}, backward, [&runs_on = runs_on_, rectify, &input, &other, &output] {
        return std::make_unique<sum_operation>(runs_on, rectify, input, other, output);
      });
    added.rectified = rectify ? &output : nullptr;
    return {&output};
  }

  found add(const layer& l, const relu_layer&, bool) {
    const auto source = own(take(l.from));
    auto& data = *source.data;
    auto& added = add_operation({&data}, source.has_gradient(), [&runs_on = runs_on_, &data] {
      return std::make_unique<relu_operation>(runs_on, data);
    });
    added.kept = {&data};
    return {&data};
  }

  found add(const layer& l, const dropout_layer& what, bool) {
    const auto source = own(take(l.from));
    auto& data = *source.data;
    add_operation({&data}, source.has_gradient(), [&runs_on = runs_on_, what, index = layer_, &data] {
      return std::make_unique<dropout_operation>(runs_on, what, index, data);
    });
    return {&data};
  }

  /// Another view of the same memory.
  found add(const layer& l, const flatten_layer&, bool) {
    const auto source = in_block(take(l.from), plain);
    auto& flat = plan_.activations.emplace_back(*source.data);
    flat.layout.shape = l.output;
    flat.rectified = false;
    return {&flat, source.shared};
  }

  found add(const layer& l, const max_pool_layer& what, bool) {
    if (what.kernel > largest_pool_kernel)
      throw invalid_input("max_pool" + (l.name.empty() ? "" : " " + l.name) + ": kernel is "
                          + std::to_string(what.kernel) + ", allowed is at most " + std::to_string(largest_pool_kernel)
                          + " on the CPU");
    const auto source = take(l.from);
    source.data->finished_by_reader = source.may_be_finished;
    const auto made = add_between<pool_operation>(l, what, source);
    plan_.operations.back().rectified = source.may_be_finished && source.data->rectified ? made.data : nullptr;
    return made;
  }

  found add(const layer& l, const average_pool_layer& what, bool) {
    return add_between<average_pool_operation>(l, what, take(l.from));
  }

  found add(const layer& l, const shortcut_layer& what, bool) {
    return add_between<shortcut_operation>(l, what, take(l.from));
  }

  /// An operation without parameters, from the block that it finds to the same.
  template <class Operation, class Layer>
  found add_between(const layer& l, const Layer& what, const found& source) {
    auto& input = *source.data;
    auto& output = new_activation({input.layout.batch, l.output, input.layout.block}, source.has_gradient());
    add_operation({&input, &output}, source.has_gradient(), [&runs_on = runs_on_, what, &input, &output] {
      return std::make_unique<Operation>(runs_on, what, input, output);
    });
    return {&output};
  }

  /// Whether what that layer puts out is read by a max-pool of 2x2 alone, with nothing left over.
  bool is_quartered_behind(std::size_t index) const {
    const auto layers = model_.layers();
    if (index + 1 >= layers.size() || layers[index + 1].from != index + 1 || readers_[index + 1] != 1)
      return false;
    const auto* pool = std::get_if<max_pool_layer>(&layers[index + 1].kind);
    const auto& map = layers[index].output;
    return pool != nullptr && pool->kernel == 2 && pool->stride == 2 && pool->padding == 0 && map.height % 2 == 0
           && map.width % 2 == 0;
  }

  pass_set passes_behind(const found& source) const {
    return {true, options_.training, options_.training && source.has_gradient()};
  }

  void report(const convolution_task& task, const convolution_choice& choice) {
    auto& added = plan_.reports.emplace_back();
    added.layer = layer_;
    added.forward_by = name_of(choice.forward, task);
    if (task.passes.backward_weights)
      added.backward_weights_by = name_of(choice.backward_weights, task);
    if (task.passes.backward_data)
      added.backward_data_by = name_of(choice.backward_data, task);
  }

  const parameter_slice& slice(const layer& l, const char* name) const {
    return *model_.parameters().find(l.name + name);
  }

  /// Null where the layer has none.
  const parameter_slice* bias_of(const layer& l) const { return model_.parameters().find(l.name + ".bias"); }

  weighted_slices slices_of(const layer& l) const {
    const auto* bias = bias_of(l);
    return {slice(l, ".weight"), bias == nullptr ? std::nullopt : std::optional(*bias)};
  }

  executor& runs_on_;
  const model& model_;
  const network_options& options_;
  const convolution_chooser& chooser_;
  network_plan plan_;
  /// The layer at hand, and the last one of those behind it whose work it does too.
  std::size_t layer_ = 0;
  std::size_t last_ = 0;
  /// By place: how many layers read it.
  std::vector<std::size_t> readers_;
  std::map<std::size_t, std::vector<found>> branches_;
};

} // namespace

network_plan plan_network(executor& runs_on, const model& m, const network_options& options,
                          const convolution_chooser& chooser) {
  return planner(runs_on, m, options, chooser).plan();
}

} // namespace paceline::cpu
