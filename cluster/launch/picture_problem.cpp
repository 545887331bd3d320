#include "cluster/launch/picture_problem.hpp"

#include "cluster/checkpoint/class_names.hpp"
#include "cluster/config/hyperparameters.hpp"
#include "cluster/config/model_json.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/memory_check.hpp"
#include "compute/classification.hpp"
#include "compute/classification_trainer.hpp"
#include "compute/counter_random.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace paceline {
namespace {

class picture_problem final : public training_problem {
 public:
  picture_problem(const run_config& config, training_task task) : config_(config), task_(std::move(task)) {}

  const parameter_layout& layout() const override { return task_.network.parameters(); }

  std::string in_words() const override {
    return fmt::format("{} ({} parameters) on {}", task_.network.name(), layout().trained_size(), task_.data->name);
  }

  std::string place_in_words() const override {
    const auto& asked = config_.device;
    if (asked.backend == "cpu" && asked.precision == product_precision::fp32)
      return "";
    const bool usual = asked.precision == product_precision::fp32;
    const auto found = precision_on(*task_.device, asked.precision);
    return " on " + task_.device->name() + (usual ? "" : " in " + precision_in_words(found, asked.precision));
  }

  std::unique_ptr<trainer> make_trainer(std::size_t position,
                                        const std::shared_ptr<const shard_roster>& roster) const override {
    batch_loader_settings loader{.data = task_.data,
                                 .part = shard_of(config_, task_, position),
                                 .roster = roster,
                                 .how = config_.data.augment,
                                 .batch_size = config_.data.batch_size,
                                 .seed = derive_seed(derive_seed(config_.seed, batches), position),
                                 .decoders = config_.data.decoders};
    return make_classification_trainer({.network = task_.network,
                                        .loader = std::move(loader),
                                        .optimiser = optimiser_of(config_of_worker(config_, position)),
                                        .seed = seed_of_start(config_, position),
                                        .splits_steps = splits_steps(config_)},
                                       *task_.device);
  }

  parameter_test make_test() const override {
    const auto test = std::make_shared<classification_test>(task_.network, *make_test_backend(config_.device),
                                                            task_.data, config_.data.augment,
                                                            test_batch_of(task_.network, task_.data->test->size()));
    return [test](std::span<const float> parameters, const std::function<void()>& after_batch) {
      const auto found = test->run(parameters, after_batch);
      return test_score{.loss = found.loss, .error = found.error};
    };
  }

  std::uint64_t batches_per_epoch() const override { return paceline::batches_per_epoch(config_, task_); }

  checkpoint_origin origin() const override {
    return {.model = model_to_json(task_.network).dump(),
            .data = to_json(config_).at("data").dump(),
            .classes = class_names_text(task_.data->class_names)};
  }

  void require_same_classes(const parameter_file& checkpoint) const override {
    paceline::require_same_classes(checkpoint, task_.data->class_names, task_.data->name);
  }

  unreadable_report unreadable() const override { return task_.data->unreadable(); }

 private:
  run_config config_;
  training_task task_;
};

} // namespace

std::shared_ptr<const training_problem> make_picture_problem(const run_config& config, training_task task) {
  return std::make_shared<picture_problem>(config, std::move(task));
}

shard shard_of(const run_config& config, const training_task& task, std::size_t position) {
  return {.total = task.data->train->size(),
          .count = config.workers(),
          .index = position,
          .seed = derive_seed(config.seed, shards)};
}

std::uint64_t batches_per_epoch(const run_config& config, const training_task& task) {
  // The last shard is the smallest.
  const auto pictures = shard_of(config, task, config.workers() - 1).size();
  return pictures / static_cast<std::uint64_t>(config.data.batch_size);
}

} // namespace paceline
