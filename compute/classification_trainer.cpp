#include "compute/classification_trainer.hpp"

#include "compute/classification.hpp"
#include "compute/host_trainer.hpp"

namespace paceline {

std::unique_ptr<trainer> make_classification_trainer(const training_job& job, const backend& device) {
  // A device's own knows but this optimiser, and keeps its gradients to itself.
  if (job.optimiser.kind == optimiser_kind::sgd && job.optimiser.clip == 0 && !job.splits_steps)
    if (auto own = device.make_trainer(job))
      return own;
  return make_host_trainer(make_classification_objective(job.network, device, job.loader), job.optimiser, job.seed);
}

} // namespace paceline
