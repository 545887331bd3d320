#include "compute/cuda/cuda_backend.hpp"

#include "compute/classification_trainer.hpp"
#include "compute/cuda/cuda_network.hpp"
#include "compute/cuda/cuda_trainer.hpp"
#include "compute/cuda/device/device_name.hpp"

#include <map>
#include <mutex>
#include <string>

namespace paceline::cuda {

namespace {

/// All backends of a process on one device are in each other's way, and their choices and pictures are the same.
std::shared_ptr<shared_by_workers> shared_on(int device) {
  static std::mutex mutex;
  // For as long as the program runs: the lock has to be the same one for all, and at the very end there is no CUDA to give memory back to.
  static auto& all = *new std::map<int, std::shared_ptr<shared_by_workers>>;
  const std::lock_guard lock(mutex);
  auto& shared = all[device];
  if (!shared)
    shared = std::make_shared<shared_by_workers>();
  return shared;
}

class cuda_backend final : public backend {
 public:
  explicit cuda_backend(const cuda_backend_options& options) : options_(options), shared_(shared_on(options.device)) {}

  std::string name() const override { return device_name(options_.device); }

  std::unique_ptr<network> compile(const model& m, const network_options& options) const override {
    return std::make_unique<cuda_network>(options_.device, m, network_options_for(options), shared_);
  }

  std::unique_ptr<trainer> make_trainer(const training_job& job) const override {
    return std::make_unique<cuda_trainer>(
      job.network, cuda_trainer_settings{.device = options_.device,
                                         .network = network_options_for({.batch_size = job.loader.batch_size}),
                                         .optimiser = job.optimiser.sgd(),
                                         .loader = job.loader,
                                         .shared = shared_,
                                         .seed = job.seed});
  }

 private:
  device_network_options network_options_for(const network_options& options) const {
    return {.batch_size = options.batch_size,
            .training = options.training,
            .trial = options.trial,
            .type = options_.precision == product_precision::bf16 ? value_type::bf16 : value_type::fp32,
            .tf32 = options_.precision == product_precision::tf32,
            .choice = options_.choice};
  }

  cuda_backend_options options_;
  std::shared_ptr<shared_by_workers> shared_;
};

} // namespace

std::shared_ptr<const backend> make_backend(const cuda_backend_options& options) {
  return std::make_shared<cuda_backend>(options);
}

} // namespace paceline::cuda
