#include "compute/cpu/plan_builder.hpp"

#include "compute/cpu/graph_operations.hpp"
#include "compute/cpu/simple_operations.hpp"

#include <utility>

namespace paceline::cpu {

std::size_t plan_builder::new_buffer(std::int64_t size) {
  plan_.buffer_sizes.push_back(static_cast<std::size_t>(size));
  return plan_.buffer_sizes.size() - 1;
}

activation& plan_builder::new_activation(const activation_layout& layout, bool with_gradient) {
  auto& added = plan_.activations.emplace_back();
  added.layout = layout;
  added.values_buffer = new_buffer(layout.size());
  if (training_ && with_gradient)
    added.gradient_buffer = new_buffer(layout.size());
  return added;
}

activation& plan_builder::new_activation_over(const found& under) {
  auto& added = new_activation(under.data->layout, !under.has_gradient());
  if (under.has_gradient())
    added.gradient_buffer = under.data->gradient_buffer;
  return added;
}

planned_operation& plan_builder::add_operation(std::size_t layer, std::vector<const activation*> touched,
                                               bool has_backward, std::function<std::unique_ptr<operation>()> make) {
  auto& added = plan_.operations.emplace_back();
  added.layer = layer;
  added.touched = std::move(touched);
  added.has_backward = has_backward;
  added.make = std::move(make);
  return added;
}

activation& plan_builder::new_branch(const found& of) {
  auto& branch = plan_.activations.emplace_back();
  branch.layout = of.data->layout;
  branch.values_buffer = of.data->values_buffer;
  if (of.has_gradient())
    branch.gradient_buffer = new_buffer(branch.layout.size());
  return branch;
}

void plan_builder::put(std::size_t place, found made, std::size_t layer) {
  const auto count = readers_.count(place);
  if (count < 2) {
    branches_[place] = {made};
    return;
  }
  branches_[place] = {{made.data, true}};
  std::vector<const activation*> others;
  for (std::size_t i = 1; i < count; ++i) {
    auto& branch = new_branch(made);
    others.push_back(&branch);
    branches_[place].push_back({&branch, true});
  }
  if (made.may_be_branched && count == 2 && made.has_gradient()) {
    made.data->branch = others.front();
    auto& maker = plan_.operations[*made.maker];
    maker.touched.push_back(others.front());
    maker.rectified = made.data->rectified ? made.data : nullptr;
    return;
  }
  auto touched = others;
  touched.push_back(made.data);
  add_operation(layer, std::move(touched), made.has_gradient(),
                [&runs_on = runs_on_, &whole = *made.data, others = std::move(others)] {
                  return std::make_unique<fork_operation>(runs_on, whole, others);
                });
}

found plan_builder::take(std::size_t place) {
  auto& left = branches_.at(place);
  const auto taken = left.back();
  left.pop_back();
  return taken;
}

found plan_builder::in_block(found from, std::int64_t block, std::size_t layer) {
  auto& input = *from.data;
  if (input.layout.block == block)
    return from;
  auto& output = new_activation({input.layout.batch, input.layout.shape, block}, from.has_gradient());
  add_operation(layer, {&input, &output}, from.has_gradient(), [&runs_on = runs_on_, &input, &output] {
    return std::make_unique<reorder_operation>(runs_on, input, output);
  });
  return {&output};
}

found plan_builder::own(found from, std::size_t layer) {
  if (!from.shared)
    return from;
  auto& input = *from.data;
  auto& output = new_activation(input.layout, from.has_gradient());
  add_operation(layer, {&input, &output}, from.has_gradient(),
                [&input, &output] { return std::make_unique<copy_operation>(input, output); });
  return {&output};
}

} // namespace paceline::cpu
