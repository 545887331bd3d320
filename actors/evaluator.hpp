#pragma once

#include "actors/run_clock.hpp"
#include "messages/progress.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <memory>
#include <span>

namespace paceline {

/// Tests one set of parameters (canonical order), calling `after_batch` now and then meanwhile. Used on one thread.
using parameter_test =
  std::function<test_score(std::span<const float> parameters, const std::function<void()>& after_batch)>;

/// Of the answer where a strict data set has a file that cannot be read, and so nothing is left to hope for.
constexpr auto picture_unreadable_error = caf::sec::cannot_open_file;

struct evaluator_settings {
  /// Called once, on the evaluator's own thread, at the first test.
  std::function<parameter_test()> make_test;
  /// How much of testing's CPU time the workers lose, as a share: 0 where a core is free for it, else one over the
  /// number of cores. So much is left out of training time while a test runs.
  double stolen_share = 0;
};

struct evaluator_state {
  evaluator_state();

  const char* name = "evaluator";
  evaluator_settings settings;
  parameter_test test;
  std::shared_ptr<run_clock> clock;
};

/// Tests the centre and the leader of a run_state; answers with an evaluation. Spawn it detached: a test takes seconds.
/// An exception of the test is answered as an error with its text, of picture_unreadable_error where it is unreadable_picture.
caf::behavior evaluator_actor(caf::stateful_actor<evaluator_state>* self, evaluator_settings settings,
                              std::shared_ptr<run_clock> clock);

} // namespace paceline
