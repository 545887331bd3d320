#pragma once

#include "actors/evaluator.hpp"
#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/checkpoint/parameter_file.hpp"
#include "cluster/config/run_config.hpp"
#include "compute/data/shard_roster.hpp"
#include "compute/data/unreadable_pictures.hpp"
#include "compute/parameter_layout.hpp"
#include "compute/trainer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace paceline {

/// What the workers of a run are to minimise, whatever it is: all that a plan needs to know of it. Thread-safe, and lives as long as the
/// plan's actors.
class training_problem {
 public:
  virtual ~training_problem() = default;

  virtual const parameter_layout& layout() const = 0;

  /// For people: "cnn7 (351946 parameters) on cifar10".
  virtual std::string in_words() const = 0;

  /// Where it is computed, for people, where that is not what everybody expects: " on cuda:0 in bf16"; else empty.
  virtual std::string place_in_words() const { return ""; }

  /// The trainer of the worker at that position among all of the run; called on its own thread. `roster` as cluster_plan's.
  virtual std::unique_ptr<trainer> make_trainer(std::size_t position,
                                                const std::shared_ptr<const shard_roster>& roster) const = 0;

  /// Called on the thread that tests.
  virtual parameter_test make_test() const = 0;

  /// Batches in one epoch over a worker's data, the smallest of all workers'; 0 where the notion makes no sense.
  virtual std::uint64_t batches_per_epoch() const = 0;

  /// What checkpoints say of themselves.
  virtual checkpoint_origin origin() const = 0;

  /// Throws invalid_input where a checkpoint was made of other classes.
  virtual void require_same_classes(const parameter_file& checkpoint) const = 0;

  /// Files that were found not to be readable.
  virtual unreadable_report unreadable() const { return {}; }
};

/// What that cluster file's workers are to minimise. Throws as load_task does, and invalid_input where the points to start from do not fit.
std::shared_ptr<const training_problem> load_problem(const run_config& config,
                                                     const std::function<bool()>& cancelled = nullptr);

/// What a run's seed is used for; each use has a stream of its own.
enum seed_use : std::uint64_t { shards = 1, batches = 2, starts = 3, step_times = 4 };

/// Seed of the random point from which that worker starts.
std::uint64_t seed_of_start(const run_config& config, std::size_t position);

} // namespace paceline
