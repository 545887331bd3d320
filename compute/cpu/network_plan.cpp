#include "compute/cpu/network_plan.hpp"

#include "compute/cpu/average_pool_operation.hpp"
#include "compute/cpu/convolution_parts.hpp"
#include "compute/cpu/graph_operations.hpp"
#include "compute/cpu/norm_operation.hpp"
#include "compute/cpu/onednn_part.hpp"
#include "compute/cpu/plan_builder.hpp"
#include "compute/cpu/simple_operations.hpp"
#include "compute/cpu/weighted_operation.hpp"
#include "compute/errors.hpp"
#include "compute/layer_readers.hpp"

#include <string>
#include <type_traits>
#include <variant>

namespace paceline::cpu {

namespace {

constexpr std::int64_t plain = 1;

/// Turns a model's layers into operations, one after the other.
class planner {
 public:
  planner(executor& runs_on, const model& m, const network_options& options, const convolution_chooser& chooser)
    : runs_on_(runs_on),
      model_(m),
      options_(options),
      chooser_(chooser),
      readers_(m),
      builder_(runs_on, readers_, options.training) {}

  network_plan plan() {
    auto& input = new_activation({options_.batch_size, model_.input(), plain}, false);
    builder_.plan().input = &input;
    builder_.put(0, {&input}, 0);
    const auto layers = model_.layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      layer_ = i;
      const bool rectify = readers_.can_rectify(i);
      i += rectify ? 1 : 0;
      last_ = i;
      const auto made =
        std::visit([&](const auto& kind) { return add(layers[layer_], kind, rectify); }, layers[layer_].kind);
      i = last_;
      builder_.put(i + 1, made, layer_);
    }
    builder_.plan().output = in_block(take(layers.size()), plain).data;
    return std::move(builder_.plan());
  }

 private:
  planned_operation& add_operation(std::vector<const activation*> touched, bool has_backward,
                                   std::function<std::unique_ptr<operation>()> make) {
    return builder_.add_operation(layer_, std::move(touched), has_backward, std::move(make));
  }

  activation& new_activation(const activation_layout& layout, bool with_gradient) {
    return builder_.new_activation(layout, with_gradient);
  }

  found take(std::size_t place) { return builder_.take(place); }
  found own(found from) { return builder_.own(from, layer_); }
  found in_block(found from, std::int64_t block) { return builder_.in_block(from, block, layer_); }
  std::size_t last_operation() { return builder_.plan().operations.size() - 1; }

  found add(const layer& l, const convolution_layer& what, bool rectify) {
    const auto source = take(l.from);
    const convolution_task task{
      l, what, options_.batch_size, runs_on_.threads(), passes_behind(source), rectify, readers_.is_quartered(last_)};
    const auto choice = chooser_.choose(task);
    report(task, choice);
    auto chosen = prepare_convolution(runs_on_.engine(), task, choice);
    auto& input = *in_block(source, chosen.input_block).data;
    const bool pooled = task.pooled && chosen.own == task.passes;
    last_ += pooled ? 1 : 0;
    auto& output = new_activation({options_.batch_size, model_.layers()[last_].output, chosen.output_block}, true);
    const bool filters_forward = choice.forward == convolution_algorithm::filtering;
    const bool filters_backward = chosen.own_by == convolution_algorithm::filtering
                                  && chosen.own.backward_weights == task.passes.backward_weights
                                  && chosen.own.backward_data == task.passes.backward_data;
    const bool reads_by_filtering = filters_forward && chosen.own.backward_weights == task.passes.backward_weights;
    if (source.may_be_scaled_by_reader && source.data == &input && reads_by_filtering)
      leave_scaling_to_reader(source);
    add_weighted(l, input, output, rectify,
                 [&runs_on = runs_on_, chosen = std::move(chosen), &l, &what, slices = slices_of(l), &input, &output] {
                   return make_parts(runs_on, chosen, l, what, slices, input, output);
                 });
    return {.data = &output,
            .maker = last_operation(),
            .may_be_finished = true,
            .may_be_measured = filters_forward && !pooled,
            .may_be_derived_by_maker = filters_backward && !pooled && !rectify && bias_of(l) == nullptr};
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
    return {.data = &output, .may_be_finished = true};
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

  /// The norm that makes it does not: its input is read in its place.
  void leave_scaling_to_reader(const found& normed) {
    auto& plan = builder_.plan();
    const auto& norm = plan.operations[*normed.maker];
    plan.buffer_sizes[normed.data->values_buffer] = 0;
    normed.data->values_buffer = norm.kept.front()->values_buffer;
    normed.data->scaled_by_reader = true;
  }

  /// The convolution that makes it goes on from the gradient of `normed`, what the norm behind it makes.
  void leave_gradient_to_maker(const found& source, const activation& normed) {
    auto& plan = builder_.plan();
    plan.operations[*source.maker].kept.push_back(source.data);
    auto& unmade = source.data->gradient_buffer;
    if (unmade != normed.gradient_buffer)
      plan.buffer_sizes[*unmade] = 0;
    unmade = normed.gradient_buffer;
    source.data->derived_by_maker = true;
  }

  found add(const layer& l, const batch_norm_layer& what, bool rectify) {
    const auto source = take(l.from);
    auto& input = *source.data;
    if (options_.training && source.may_be_measured)
      input.moments_buffer = builder_.new_buffer(input.layout.moments_size());
    // With nothing in between that works on the gradient of what the norm makes: to bring what is added into another layout only reads it.
    const bool derived = options_.training && source.may_be_derived_by_maker && *source.maker == last_operation();
    found other;
    if (const auto place = readers_.summed_with(layer_)) {
      other = in_block(take(*place), input.layout.block);
      rectify = readers_.can_rectify(++last_);
      last_ += rectify ? 1 : 0;
    }
    const bool sums = other.data != nullptr;
    // What is added has the sum's gradient, while that of the norm's input is made from it.
    auto& output = builder_.new_activation_over(sums && other.has_gradient() ? other : source);
    output.rectified = rectify;
    if (derived)
      leave_gradient_to_maker(source, output);
    const norm_slices slices{slice(l, ".weight"), slice(l, ".bias"), slice(l, ".running_mean"),
                             slice(l, ".running_var")};
    auto& added = add_operation(
      {&input, &output}, true, [&runs_on = runs_on_, what, slices, rectify, &input, added_to = other.data, &output] {
        return std::make_unique<norm_operation>(runs_on, what, slices, rectify, input, added_to, output);
      });
    if (sums)
      added.touched.push_back(other.data);
    added.kept = {&input};
    added.rectified = rectify && sums ? &output : nullptr;
    return {.data = &output, .maker = last_operation(), .may_be_branched = true, .may_be_scaled_by_reader = !sums};
  }

  found add(const layer& l, const add_layer&, bool rectify) {
    const auto source = take(l.from);
    const auto added_to = in_block(take(l.with), source.data->layout.block);
    const bool backward = source.has_gradient() || added_to.has_gradient();
    auto& input = *source.data;
    auto& other = *added_to.data;
    auto& output = backward ? builder_.new_activation_over(source.has_gradient() ? source : added_to)
                            : new_activation(input.layout, false);
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
    auto& flat = builder_.plan().activations.emplace_back(*source.data);
    flat.layout.shape = l.output;
    flat.rectified = false;
    flat.branch = nullptr;
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
    builder_.plan().operations.back().rectified =
      source.may_be_finished && source.data->rectified ? made.data : nullptr;
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

  pass_set passes_behind(const found& source) const {
    return {true, options_.training, options_.training && source.has_gradient()};
  }

  void report(const convolution_task& task, const convolution_choice& choice) {
    auto& added = builder_.plan().reports.emplace_back();
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
  /// The layer at hand, and the last one of those behind it whose work it does too.
  std::size_t layer_ = 0;
  std::size_t last_ = 0;
  layer_readers readers_;
  plan_builder builder_;
};

} // namespace

network_plan plan_network(executor& runs_on, const model& m, const network_options& options,
                          const convolution_chooser& chooser) {
  return planner(runs_on, m, options, chooser).plan();
}

} // namespace paceline::cpu
