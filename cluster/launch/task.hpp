#pragma once

#include "cluster/config/run_config.hpp"
#include "compute/backend.hpp"
#include "compute/data/dataset.hpp"
#include "compute/model.hpp"

#include <functional>
#include <memory>

namespace paceline {

/// What a cluster file gives its workers to do: pictures, a model that fits them, and a device to compute on.
struct training_task {
  dataset_ptr data;
  model network;
  std::shared_ptr<const backend> device;
};

/// Loads or makes the data set of that section. Throws invalid_input with the file's path, std::runtime_error where the pictures
/// do not fit into memory, and work_cancelled where `cancelled` says so before they are drawn or found.
dataset_ptr load_dataset(const run_config::data_section& section, const std::function<bool()>& cancelled = nullptr);

/// The backend of that section.
std::shared_ptr<const backend> make_backend(const run_config::device_section& section, algorithm_choice how);

/// The evaluator's own: one thread, whatever a worker has, and the algorithms and numbers of `paceline eval`.
std::shared_ptr<const backend> make_test_backend(run_config::device_section section);

/// In what numbers that device multiplies where it is asked for these: a GPU in them, a CPU in fp32 where it has no instructions for them.
product_precision precision_on(const backend& device, product_precision asked);

/// What was found for what was asked for, for people: "bf16", "fp32 (no instructions for bf16 here)".
std::string precision_in_words(product_precision found, product_precision asked);

/// Whether what is computed there lies in memory of its own.
bool is_on_gpu(const backend& device);

/// Throws invalid_input where data cannot be loaded, the model does not fit it, or a worker's shard is smaller than a batch;
/// std::runtime_error where the workers do not fit into memory; work_cancelled as load_dataset.
training_task load_task(const run_config& config, const std::function<bool()>& cancelled = nullptr);

} // namespace paceline
