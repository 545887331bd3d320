#include "cluster/launch/task.hpp"

#include "cluster/config/model_json.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/launch/memory_check.hpp"
#include "compute/data/cifar10.hpp"
#include "compute/data/glyphs.hpp"
#include "compute/data/image_folder.hpp"
#include "compute/devices.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline {

dataset_ptr load_dataset(const run_config::data_section& section, const std::function<bool()>& cancelled) {
  if (section.kind == "cifar10")
    return load_cifar10(section.path);
  if (section.kind == "image_folder")
    return open_image_folder({.folder = section.path, .strict = section.strict, .cancelled = cancelled});
  // Of 32x32 in three colours, and its class.
  constexpr double picture_bytes = 3 * 32 * 32 + 1;
  require_memory(picture_bytes * static_cast<double>(section.train_size + section.test_size),
                 fmt::format("{} pictures to train on and {} to test on", section.train_size, section.test_size));
  return make_glyphs({.train_size = section.train_size, .test_size = section.test_size, .cancelled = cancelled});
}

namespace {

/// The number of the GPU that this name means here; none where it means the CPU.
std::optional<int> gpu_of(std::string_view backend) {
  constexpr std::string_view prefix = "cuda:";
  const auto number = [&](std::string_view name) { return std::stoi(std::string(name.substr(prefix.size()))); };
  if (backend.starts_with(prefix))
    return number(backend);
  if (backend == "auto")
    for (const auto& device : list_devices())
      if (device.problem.empty() && device.name.starts_with(prefix))
        return number(device.name);
  return std::nullopt;
}

} // namespace

std::shared_ptr<const backend> make_backend(const run_config::device_section& section, algorithm_choice how) {
  if (section.backend == "reference")
    return make_reference_backend();
  if (const auto gpu = gpu_of(section.backend))
    return make_cuda_backend({.device = *gpu, .precision = section.precision, .choice = how});
  return make_cpu_backend({.threads = section.threads_per_worker, .choice = how, .precision = section.precision});
}

std::shared_ptr<const backend> make_test_backend(run_config::device_section section) {
  section.threads_per_worker = 1;
  section.precision = product_precision::fp32;
  return make_backend(section, algorithm_choice::fixed);
}

product_precision precision_on(const backend& device, product_precision asked) {
  const bool has =
    is_on_gpu(device) || (device.name() == "cpu" && asked == product_precision::bf16 && cpu_multiplies_bf16());
  return has ? asked : product_precision::fp32;
}

std::string precision_in_words(product_precision found, product_precision asked) {
  if (found == asked)
    return to_string(found);
  return fmt::format("{} (no instructions for {} here)", to_string(found), to_string(asked));
}

bool is_on_gpu(const backend& device) {
  return device.name().starts_with("cuda");
}

training_task load_task(const run_config& config, const std::function<bool()>& cancelled) {
  if (!config.objective.is_network())
    throw invalid_input(fmt::format("objective.kind: found \"{}\", allowed here: \"network\"", config.objective.kind));
  auto data = load_dataset(config.data, cancelled);
  const auto& how = config.data.augment;
  const auto smallest_shard = data->train->size() / config.workers();
  if (smallest_shard < static_cast<std::size_t>(config.data.batch_size))
    throw invalid_input(fmt::format("{}: {} training pictures give each of {} workers {}, fewer than one batch of {}; "
                                    "use fewer workers or a smaller data.batch_size",
                                    data->name, data->train->size(), config.workers(), smallest_shard,
                                    config.data.batch_size));
  auto network = model_from_config(config, {picture_set::channels, how.crop, how.crop}, data->classes());
  // Bits that are the same each time must not depend on what was fast when it was timed.
  auto device = make_backend(config.device, config.deterministic ? algorithm_choice::fixed : algorithm_choice::timed);
  // Each worker of a group is in the same process; those of several groups are where there are no nodes.
  const auto together = config.nodes.empty() ? config.workers() : config.groups.workers;
  if (!is_on_gpu(*device))
    require_memory(
      least_training_bytes(network, config.data.batch_size, 2 + static_cast<int>(config.optimizer.moments()), together)
        + least_test_bytes(network, test_batch_of(network, data->test->size())),
      fmt::format("{} with batches of {} and {} parameters each", count_text(together, "worker"),
                  config.data.batch_size, network.parameters().trained_size()));
  try {
    // A batch of one costs next to nothing and shows whether the device can compute every layer.
    (void)device->compile(network, {.batch_size = 1, .trial = true});
  } catch (const invalid_input& refused) {
    throw invalid_input(fmt::format("model {}: {}", network.name(), refused.what()));
  }
  return {std::move(data), std::move(network), std::move(device)};
}

} // namespace paceline
