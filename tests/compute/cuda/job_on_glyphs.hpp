#pragma once

#include "compute/classification_trainer.hpp"
#include "compute/cuda/cuda_backend.hpp"
#include "compute/data/glyphs.hpp"

#include <map>
#include <memory>
#include <vector>

namespace paceline {

/// A small network with all that a step has to carry along: dropout's seed, a batch norm's statistics.
inline model small_network() {
  model m("small", {3, 12, 12});
  m.append("conv1", convolution_layer{.channels = 8, .kernel = 3, .padding = 1, .bias = false});
  m.append("bn1", batch_norm_layer{});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("", dropout_layer{.probability = 0.2});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 10});
  return m;
}

/// One for each precision, so that all of a test's trainers have the same algorithms.
inline const backend& device_in(product_precision precision) {
  static std::map<product_precision, std::shared_ptr<const backend>> all;
  auto& found = all[precision];
  if (!found)
    found = cuda::make_backend({.precision = precision, .choice = algorithm_choice::timed});
  return *found;
}

struct job_on_glyphs {
  model network = small_network();
  dataset_ptr data = make_glyphs({.train_size = 200, .test_size = 10});
  optimiser_settings optimiser{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-3};

  training_job job() const {
    return {.network = network,
            .loader = {.data = data,
                       .part = {.total = data->train->size(), .count = 2, .index = 1, .seed = 1},
                       .how = {.crop = 12},
                       .batch_size = 8,
                       .seed = 5},
            .optimiser = optimiser,
            .seed = 7};
  }
  std::unique_ptr<trainer> on_device(product_precision precision = product_precision::fp32) const {
    return make_classification_trainer(job(), device_in(precision));
  }
  std::unique_ptr<trainer> on_host() const { return make_classification_trainer(job(), *make_reference_backend()); }
  std::size_t size() const { return network.parameters().size(); }
};

inline std::vector<float> parameters_of(const trainer& worker) {
  std::vector<float> result(worker.layout().size());
  worker.copy_parameters(result);
  return result;
}

} // namespace paceline
