#pragma once

#include "compute/backend.hpp"
#include "compute/data/batch_loader.hpp"
#include "compute/optimiser.hpp"
#include "compute/trainer.hpp"

#include <cstdint>
#include <memory>

namespace paceline {

/// A worker's training of a model on a data set by SGD.
struct training_job {
  /// Copied by who needs it longer.
  const model& network;
  batch_loader_settings loader;
  optimiser_settings optimiser;
  /// Of the random starting point.
  std::uint64_t seed = 0;
  /// Whether steps are made in two halves (trainer::begin_step), which takes a trainer on the host.
  bool splits_steps = false;
};

/// The backend's own trainer where it has one, else one that drives the backend's network from the host.
/// Called on the thread that will use it. Throws invalid_input where model and data do not fit each other.
std::unique_ptr<trainer> make_classification_trainer(const training_job& job, const backend& device);

} // namespace paceline
