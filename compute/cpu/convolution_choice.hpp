#pragma once

#include "compute/backend.hpp"
#include "compute/model.hpp"

#include <cstdint>
#include <string>

namespace paceline::cpu {

/// Ways to compute a pass of a convolution.
enum class convolution_algorithm {
  /// oneDNN's direct convolution, in the blocked layout of its choice.
  direct,
  /// oneDNN's minimal filtering F(4x4, 3x3), for AVX-512 alone.
  winograd,
  /// oneDNN's direct convolution of what it reads rounded to bf16, for AVX-512 alone. Sums and results are fp32.
  direct_bf16,
  /// Our own minimal filtering, see winograd/.
  filtering,
  /// Our own for a few channels whose gradient is not wanted, see direct/.
  few_channels,
};

/// Ours do the work of a max-pool of 2x2 behind them where they do all passes.
constexpr bool is_own(convolution_algorithm algorithm) {
  return algorithm == convolution_algorithm::filtering || algorithm == convolution_algorithm::few_channels;
}

/// Some of the passes of a layer with weights.
struct pass_set {
  bool forward = false;
  /// The weights' gradient.
  bool backward_weights = false;
  /// The input's gradient.
  bool backward_data = false;

  bool any() const { return forward || backward_weights || backward_data; }
  friend bool operator==(const pass_set&, const pass_set&) = default;
};

/// An algorithm for each pass. They can be mixed where they read and write activations in the same layout.
struct convolution_choice {
  convolution_algorithm forward = convolution_algorithm::direct;
  convolution_algorithm backward_weights = convolution_algorithm::direct;
  convolution_algorithm backward_data = convolution_algorithm::direct;

  /// Those of the passes in `all` that are done by that algorithm.
  pass_set passes_of(convolution_algorithm algorithm, const pass_set& all) const {
    return {all.forward && forward == algorithm, all.backward_weights && backward_weights == algorithm,
            all.backward_data && backward_data == algorithm};
  }
  friend bool operator==(const convolution_choice&, const convolution_choice&) = default;
};

/// A convolution in a network: what there is to choose an algorithm for.
struct convolution_task {
  const layer& l;
  const convolution_layer& what;
  std::int64_t batch = 0;
  int threads = 1;
  /// Those that the network needs.
  pass_set passes;
  /// A relu is fused into it.
  bool rectify = false;
  /// A max-pool of 2x2 reads it and nobody else.
  bool pooled = false;
};

/// Decides how the convolutions of a network are computed. Thread-safe.
class convolution_chooser {
 public:
  virtual ~convolution_chooser() = default;

  /// What is chosen for passes that the task does not have means nothing. Throws invalid_input where there is no way to compute it.
  virtual convolution_choice choose(const convolution_task& task) const = 0;
};

/// Whether there is such an algorithm for the convolution on this processor.
bool can_compute(convolution_algorithm algorithm, const convolution_task& task);

/// Whether its products may be those of bf16: they are allowed, and the processor has instructions for them.
bool may_round(const convolution_task& task, product_precision precision);

/// For people: "oneDNN direct", "own F(4x4, 5x5)".
std::string name_of(convolution_algorithm algorithm, const convolution_task& task);

/// Chooses by rules alone, so that it is the same on all machines with the same instruction sets. Products of bf16 come behind our own
/// algorithms, of which filtering needs fewer products, and before all other ones.
class fixed_chooser final : public convolution_chooser {
 public:
  explicit fixed_chooser(product_precision precision) : precision_(precision) {}

  convolution_choice choose(const convolution_task& task) const override;

 private:
  product_precision precision_;
};

} // namespace paceline::cpu
