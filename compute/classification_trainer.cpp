#include "compute/classification_trainer.hpp"

#include "compute/classification.hpp"
#include "compute/sgd_trainer.hpp"

namespace paceline {

std::unique_ptr<trainer> make_classification_trainer(const training_job& job, const backend& device) {
  if (auto own = device.make_trainer(job))
    return own;
  return make_sgd_trainer(make_classification_objective(job.network, device, job.loader), job.optimiser, job.seed);
}

} // namespace paceline
