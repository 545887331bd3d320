#pragma once

#include "cluster/config/run_config.hpp"

#include <filesystem>

/// Two groups of two workers with a linear model on few pictures: over in a fraction of a second.
inline paceline::run_config tiny_run(const std::filesystem::path& folder, std::uint64_t steps = 24) {
  paceline::run_config config;
  config.groups = {.count = 2, .workers = 2};
  config.data.train_size = 66;
  config.data.test_size = 20;
  config.data.batch_size = 8;
  config.model.name = "linear";
  config.strategy.period_group = 4;
  config.strategy.period_global = 8;
  config.strategy.loss_window = 2;
  config.optimizer.learning_rate = 0.01;
  config.budget.steps = steps;
  config.output.folder = folder;
  config.output.name = "tiny";
  return config;
}
