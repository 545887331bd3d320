#pragma once

#include "cluster/launch/task.hpp"
#include "cluster/launch/training_problem.hpp"
#include "compute/data/shard.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace paceline {

/// A network that is to tell the classes of pictures.
std::shared_ptr<const training_problem> make_picture_problem(const run_config& config, training_task task);

/// The part of the training set that a worker sees.
shard shard_of(const run_config& config, const training_task& task, std::size_t position);

/// Batches in one epoch over a worker's shard, the smallest of all workers'.
std::uint64_t batches_per_epoch(const run_config& config, const training_task& task);

} // namespace paceline
