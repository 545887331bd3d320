#pragma once

#include "compute/leader_pull.hpp"
#include "compute/parameter_layout.hpp"
#include "compute/sgd.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace paceline {

enum class optimiser_kind : std::uint8_t { sgd, lookahead, lars, adamw };

/// Which optimiser, and its hyperparameters; each looks at its own.
struct optimiser_settings {
  optimiser_kind kind = optimiser_kind::sgd;
  double learning_rate = 0.1;
  /// Of sgd, lookahead and lars.
  double momentum = 0;
  /// Of sgd.
  bool nesterov = false;
  double weight_decay = 0;
  /// Of lars: the share of its own length by which a slice moves at a learning rate of 1.
  double trust = 1e-3;
  /// Of adamw.
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  /// Gradients that are longer are cut to that Euclidean length; 0 for none.
  double clip = 0;

  /// How many vectors of the parameters' length it remembers.
  std::size_t moments() const {
    if (kind == optimiser_kind::adamw)
      return 2;
    return kind == optimiser_kind::lookahead || momentum != 0 ? 1 : 0;
  }

  sgd_settings sgd() const { return {learning_rate, momentum, nesterov, weight_decay}; }
};

/// What an optimiser remembers.
struct optimiser_state {
  /// The moving mean of gradients, as long as the parameters; empty where it has none.
  std::vector<float> velocity;
  /// That of their squares; empty where it has none.
  std::vector<float> second_moment;
  /// Steps since both were nothing.
  std::uint64_t steps = 0;

  /// All nothing, of the same lengths.
  void clear();
};

/// Turns gradients into steps. Used by one thread.
class optimiser {
 public:
  virtual ~optimiser() = default;

  /// Where the gradient of the next step is to be computed: x itself, or a point ahead of it that stays there until the next call.
  virtual std::span<const float> look_from(std::span<const float> x) { return x; }

  /// One step with the pulls, as sgd_step does it: those of the kinds with_step and shift before, those of after_step behind, distances
  /// likewise, and what lies behind the layout's trained part takes the gradient's values. `gradient` may be cut to its allowed length.
  /// Returns whether every parameter is finite afterwards.
  bool step(std::span<float> x, std::span<float> gradient, double learning_rate, std::span<const leader_pull> pulls,
            std::span<double> distances);

  const optimiser_state& state() const { return state_; }
  /// Requires vectors of the lengths of state()'s.
  void set_state(optimiser_state state) { state_ = std::move(state); }
  /// Begins anew.
  void forget() { state_.clear(); }

 protected:
  optimiser(const optimiser_settings& settings, const parameter_layout& layout)
    : settings_(settings), layout_(layout) {}

  /// The step of a gradient that need not be cut.
  virtual bool move(std::span<float> x, std::span<const float> gradient, double learning_rate,
                    std::span<const leader_pull> pulls, std::span<double> distances) = 0;

  const optimiser_settings settings_;
  const parameter_layout layout_;
  optimiser_state state_;

 private:
  void cut(std::span<float> gradient) const;
};

std::unique_ptr<optimiser> make_optimiser(const optimiser_settings& settings, const parameter_layout& layout);

} // namespace paceline
