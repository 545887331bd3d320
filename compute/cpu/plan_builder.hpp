#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/network_plan.hpp"
#include "compute/layer_readers.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace paceline::cpu {

/// What lies at a place of the model, as one that reads it finds it.
struct found {
  activation* data = nullptr;
  /// Somebody else reads the values too.
  bool shared = false;
  /// The operation that makes it, where it alone does and can leave work to its reader or do it for that: its number in the plan.
  std::optional<std::size_t> maker{};
  /// The maker leaves to a max-pool that reads it what activation::finished_by_reader says.
  bool may_be_finished = false;
  /// The maker can do what activation::branch says.
  bool may_be_branched = false;
  /// The maker can leave to its reader what activation::scaled_by_reader says.
  bool may_be_scaled_by_reader = false;
  /// The maker can do what activation::plane_moments says.
  bool may_be_measured = false;
  /// The maker can do what activation::derived_by_maker says.
  bool may_be_derived_by_maker = false;

  bool has_gradient() const { return data->gradient_buffer.has_value(); }
};

/// A plan that grows: operations and activations, and what each layer put out for those that read it.
class plan_builder {
 public:
  plan_builder(executor& runs_on, const layer_readers& readers, bool training)
    : runs_on_(runs_on), readers_(readers), training_(training) {}

  network_plan& plan() { return plan_; }

  std::size_t new_buffer(std::int64_t size);
  /// With a gradient in training alone.
  activation& new_activation(const activation_layout& layout, bool with_gradient);
  /// One whose gradient takes the memory of that of another, for an operation that turns the one into the other in place. With one of
  /// its own where the other has none.
  activation& new_activation_over(const found& under);

  /// For the layer with that index.
  planned_operation& add_operation(std::size_t layer, std::vector<const activation*> touched, bool has_backward,
                                   std::function<std::unique_ptr<operation>()> make);

  /// What was made lies at that place from now on; each of several readers gets a branch. `layer`: the one that made it.
  void put(std::size_t place, found made, std::size_t layer);
  found take(std::size_t place);

  /// The same in another layout.
  found in_block(found from, std::int64_t block, std::size_t layer);
  /// The same, to be worked on in place.
  found own(found from, std::size_t layer);

 private:
  /// Another activation with the same values.
  activation& new_branch(const found& of);

  executor& runs_on_;
  const layer_readers& readers_;
  bool training_;
  network_plan plan_;
  std::map<std::size_t, std::vector<found>> branches_;
};

} // namespace paceline::cpu
