#pragma once

#include "compute/data/augment.hpp"
#include "compute/model.hpp"
#include "compute/schedule.hpp"
#include "compute/sgd.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// Everything that a cluster file says, checked and with defaults filled in. Field names are the file's keys.
struct run_config {
  struct groups_section {
    std::uint32_t count = 1;
    std::uint32_t workers = 4;
  };
  struct device_section {
    /// "cpu" or "reference".
    std::string backend = "cpu";
    int threads_per_worker = 1;
    bool pin = true;
  };
  struct data_section {
    /// "glyphs" or "cifar10".
    std::string kind = "glyphs";
    /// Folder of the files; empty for data made by the program.
    std::filesystem::path path;
    /// Sizes of a data set made by the program.
    std::size_t train_size = 20000;
    std::size_t test_size = 4000;
    augmentation augment;
    std::int64_t batch_size = 128;
  };
  struct model_section {
    struct layer_entry {
      std::string name;
      layer_kind kind;
    };
    /// A built-in model; where `layers` is not empty, only what the model made of them is called ("custom" if not given).
    std::string name = "cnn7";
    std::vector<layer_entry> layers;
  };
  struct strategy_section {
    /// "lsgd", or "sgd": workers alone.
    std::string kind = "lsgd";
    std::uint64_t period_group = 64;
    std::uint64_t period_global = 128;
    double pull_group = 0.1;
    double pull_global = 0.1;
    std::size_t loss_window = 10;
    /// A worker that has not reported for so long cannot be elected.
    std::chrono::nanoseconds max_report_age = std::chrono::minutes(1);
    /// Every worker starts from a random point of its own, or all from one.
    bool shared_start = false;
  };
  struct budget_section {
    /// The first one to be used up ends the run. Steps and epochs are a worker's, on average over the workers.
    std::optional<std::uint64_t> steps;
    std::optional<double> epochs;
    std::optional<std::chrono::nanoseconds> time;
  };
  struct output_section {
    std::filesystem::path folder = "runs";
    /// Name of the run's folder; the cluster file's own name where it is not given.
    std::string name;
    std::chrono::nanoseconds evaluate_every = std::chrono::seconds(30);
    std::chrono::nanoseconds checkpoint_every = std::chrono::minutes(5);
    std::size_t keep_checkpoints = 2;
  };

  groups_section groups;
  device_section device;
  data_section data;
  model_section model;
  strategy_section strategy;
  sgd_settings optimizer;
  learning_rate_schedule schedule;
  budget_section budget;
  output_section output;
  std::uint64_t seed = 1;
  bool deterministic = false;

  std::uint32_t workers() const { return groups.count * groups.workers; }
};

} // namespace paceline
