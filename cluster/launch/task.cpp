#include "cluster/launch/task.hpp"

#include "cluster/config/model_json.hpp"
#include "compute/data/cifar10.hpp"
#include "compute/data/glyphs.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

namespace paceline {

dataset_ptr load_dataset(const run_config::data_section& section) {
  if (section.kind == "cifar10")
    return load_cifar10(section.path);
  return make_glyphs({.train_size = section.train_size, .test_size = section.test_size});
}

std::shared_ptr<const backend> make_backend(const run_config::device_section& section) {
  return section.backend == "reference" ? make_reference_backend() : make_cpu_backend(section.threads_per_worker);
}

training_task load_task(const run_config& config) {
  auto data = load_dataset(config.data);
  const auto& how = config.data.augment;
  const auto smallest_shard = data->train.size() / config.workers();
  if (smallest_shard < static_cast<std::size_t>(config.data.batch_size))
    throw invalid_input(fmt::format("{}: {} training pictures give each of {} workers {}, fewer than one batch of {}; "
                                    "use fewer workers or a smaller data.batch_size",
                                    data->name, data->train.size(), config.workers(), smallest_shard,
                                    config.data.batch_size));
  auto network = model_from_config(config, {data->train.channels, how.crop, how.crop}, data->classes());
  auto device = make_backend(config.device);
  try {
    // A batch of one costs next to nothing and shows whether the device can compute every layer.
    (void)device->compile(network, {.batch_size = 1});
  } catch (const invalid_input& refused) {
    throw invalid_input(fmt::format("model {}: {}", network.name(), refused.what()));
  }
  return {std::move(data), std::move(network), std::move(device)};
}

} // namespace paceline
