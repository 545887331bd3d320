#pragma once

#include "compute/backend.hpp"
#include "compute/data/augmentation.hpp"
#include "compute/data/batch_loader.hpp"
#include "compute/objective.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace paceline {

/// A model on a data set as an objective: batches from a loader, loss and gradient from a backend's network.
/// Its probe batch is batch_size pictures at equal distances in the whole training set, cut from the centre.
/// Called on the thread that will use it. Throws invalid_input where model and data do not fit each other.
std::unique_ptr<objective> make_classification_objective(const model& m, const backend& device,
                                                         batch_loader_settings loader);

/// The seed of step k's dropout masks is derive_seed(this, k).
std::uint64_t dropout_stream_of(const batch_loader_settings& loader);

/// Throws invalid_input where the model's input is not the pictures' crop, or its output not their classes.
void require_fit(const model& m, const dataset& data, const augmentation& how);

/// Tests parameters of a model on a data set's test pictures. Used by one thread, the one that made it.
class classification_test {
 public:
  struct result {
    double loss = 0;
    /// Share of wrong answers, 0 to 1.
    double error = 0;
    /// Those that were tested: all that can be read.
    std::size_t pictures = 0;
    /// The class that was found for each picture, −1 where a score was no number or the picture cannot be read.
    std::vector<std::int32_t> answers;
  };

  /// Throws invalid_input where model and data do not fit each other or there is nothing to test on.
  classification_test(const model& m, const backend& device, dataset_ptr data, const augmentation& how,
                      std::int64_t batch_size);
  ~classification_test();

  /// Mean loss and error over the whole test set, the last incomplete batch included, but for pictures that cannot be read. Calls
  /// `after_batch`, where there is one, after each batch. Throws invalid_input where none can be read.
  result run(std::span<const float> parameters, const std::function<void()>& after_batch = nullptr);

 private:
  class state;
  std::unique_ptr<state> state_;
};

} // namespace paceline
