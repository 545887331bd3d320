#pragma once

#include "messages/centre_exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace paceline {

/// What the centre of a strategy remembers.
struct centre_state {
  /// x̃; empty before the first exchange, and where the strategy has no central variable.
  std::vector<float> parameters;
  /// Of the outer optimiser; empty where there is none.
  std::vector<float> momentum;
  /// By worker: the parameters that its next contribution is to be compared with; empty where the strategy needs none.
  std::map<worker_id, std::vector<float>> anchors;
  /// Contributions that were answered since it began.
  std::uint64_t exchanges = 0;
  /// By worker: the number of its contribution that was answered last. Not saved.
  std::map<worker_id, std::int64_t> answered;
};

/// The dimensions of a centre.
struct centre_shape {
  /// Workers of the run.
  std::size_t workers = 1;
  /// Numbers of a contribution that the optimiser trains; those behind are buffers (compute/parameter_layout.hpp).
  std::size_t trained = 0;
};

/// What the centre makes of contributions: the part of a strategy that is its own. Knows no actor and no time.
class centre_rule {
 public:
  virtual ~centre_rule() = default;

  /// Answers each. The first call has those of all workers, and the centre begins at their mean; later ones have one, or one of each
  /// live worker where the strategy is a barrier. Values have one length, and are finite where they are there; who has none is
  /// given what there is of the centre (or of the others' gradients) to go on from, nullptr where there is nothing. Requires at least one.
  std::vector<centre_answer> answer(std::span<const contribution> given);

  const centre_state& state() const { return state_; }
  void restore(centre_state state);

 protected:
  /// The same where the centre is there, and each has values.
  virtual std::vector<centre_answer> exchange(std::span<const contribution> given) = 0;

  /// Whether there is a central variable.
  virtual bool has_centre() const { return true; }

  /// That worker goes on from the centre as it is, whatever it had.
  virtual void note_helped(worker_id /*worker*/) {}

  centre_state state_;
};

/// The contributions of those that have stepped from the centre, not somewhere else; all where nobody has.
std::vector<contribution> settled(std::span<const contribution> given);

/// The mean of the contributions' values, summed in double. Requires values of one length; empty where nobody has any.
std::vector<float> mean_of(std::span<const contribution> given);

/// ‖a − b‖. Requires one length.
double distance_between(std::span<const float> a, std::span<const float> b);

} // namespace paceline
