#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace paceline {

/// A vector as long as the model's layout; shared, and never changed.
using shared_vector = std::shared_ptr<const std::vector<float>>;

/// What a worker gives the centre of its strategy: its parameters, or its gradient.
struct contribution {
  worker_id worker;
  /// Tells it from the worker's other ones, those before a restart included; the answer has it too.
  std::int64_t number = 0;
  /// Its first one since it began or was restarted: it has no answer of this centre behind it.
  bool first = false;
  /// nullptr where they are not finite.
  shared_vector values;
  /// Of a run of several nodes: of the seat (actors/seat.hpp) whose holder has the centre that it is for. 0 in one process.
  std::uint64_t term = 0;
};

/// What a worker does with the centre's answer.
enum class answer_use : std::uint8_t {
  /// x ← x + values, together with the step that is under way.
  shift,
  /// x ← values, before the next step.
  replace,
  /// The step is made by these in place of the worker's own gradient.
  gradient,
  /// Nothing was exchanged, and nothing will be: the run ends before the others have given.
  none,
};

const char* to_string(answer_use use);

/// The centre's answer to one contribution.
struct centre_answer {
  worker_id worker;
  std::int64_t number = 0;
  answer_use use = answer_use::shift;
  /// nullptr where nobody has any that are finite.
  shared_vector values;
  /// Euclidean distance between the worker's parameters and the centre before the exchange; NaN where there is none.
  double distance = 0;
  /// contribution::term.
  std::uint64_t term = 0;
};

/// To the centre: that worker gives nothing any more, so that nobody waits for it. A contribution brings it back.
struct leaves_centre {
  worker_id worker;
};

/// To the centre: the run was stopped. Whoever waits, or comes later, goes on without an exchange, which stays to be made.
struct close_centre {};

/// To the centre of a run of several nodes, which answers nobody before: answer from now on, by a centre that begins anew at the mean of these
/// workers' next contributions. One that was saved is never gone on with: another holder's may be newer.
struct open_centre {
  std::vector<worker_id> workers;
  /// Contributions of another term are for another centre.
  std::uint64_t term = 0;
};

/// Told by a worker when it has put an answer to use.
struct centre_exchanged {
  worker_id worker;
  answer_use use = answer_use::shift;
  /// The worker's own steps then.
  std::uint64_t steps = 0;
  double distance = 0;
  /// From its contribution until the answer was put to use.
  std::chrono::nanoseconds age{0};
};

} // namespace paceline
