#include "cluster/config/hyperparameters.hpp"

#include "cluster/config/optimizer_keys.hpp"
#include "cluster/config/strategy_keys.hpp"

#include <array>
#include <string>

namespace paceline {
namespace {

using kind = optimiser_kind;
using config = run_config;

bool is_adamw(const config& c) {
  return c.optimizer.kind == kind::adamw;
}

bool is_lsgd(const config& c) {
  return c.strategy.kind == "lsgd";
}

/// All workers of sync_sgd make one and the same step.
bool steps_alone(const config& c) {
  return c.strategy.kind != "sync_sgd";
}

constexpr std::array all_hyperparameters{
  hyperparameter{"learning_rate", optimizer_keys::positive,
                 [](config& c) -> double& { return c.optimizer.learning_rate; }, steps_alone},
  hyperparameter{"momentum", optimizer_keys::below_one, [](config& c) -> double& { return c.optimizer.momentum; },
                 [](const config& c) { return steps_alone(c) && !is_adamw(c) && c.strategy.kind != "eamsgd"; }},
  hyperparameter{"weight_decay", optimizer_keys::not_negative,
                 [](config& c) -> double& { return c.optimizer.weight_decay; }, steps_alone},
  hyperparameter{"trust", optimizer_keys::trusted, [](config& c) -> double& { return c.optimizer.trust; },
                 [](const config& c) { return steps_alone(c) && c.optimizer.kind == kind::lars; }},
  hyperparameter{"beta1", optimizer_keys::below_one, [](config& c) -> double& { return c.optimizer.beta1; },
                 [](const config& c) { return steps_alone(c) && is_adamw(c); }},
  hyperparameter{"beta2", optimizer_keys::below_one, [](config& c) -> double& { return c.optimizer.beta2; },
                 [](const config& c) { return steps_alone(c) && is_adamw(c); }},
  hyperparameter{"epsilon", optimizer_keys::small_positive, [](config& c) -> double& { return c.optimizer.epsilon; },
                 [](const config& c) { return steps_alone(c) && is_adamw(c); }},
  hyperparameter{"clip", optimizer_keys::not_negative, [](config& c) -> double& { return c.optimizer.clip; },
                 steps_alone},
  hyperparameter{"pull_group", strategy_keys::share, [](config& c) -> double& { return c.strategy.pull_group; },
                 is_lsgd},
  hyperparameter{"pull_global", strategy_keys::share, [](config& c) -> double& { return c.strategy.pull_global; },
                 is_lsgd},
  hyperparameter{"proximal_group", strategy_keys::share, [](config& c) -> double& { return c.strategy.proximal_group; },
                 is_lsgd},
  hyperparameter{"proximal_global", strategy_keys::share,
                 [](config& c) -> double& { return c.strategy.proximal_global; }, is_lsgd},
};

} // namespace

std::span<const hyperparameter> hyperparameters() {
  return all_hyperparameters;
}

run_config config_of_worker(const run_config& config, std::size_t position) {
  auto own = config;
  const auto single = config.workers_apart.of_one.find(static_cast<std::uint32_t>(position));
  for (const auto& one : all_hyperparameters) {
    if (const auto all = config.workers_apart.of_all.find(one.name); all != config.workers_apart.of_all.end())
      one.field(own) = value_of(all->second, position);
    if (single == config.workers_apart.of_one.end())
      continue;
    if (const auto value = single->second.find(one.name); value != single->second.end())
      one.field(own) = value->second;
  }
  return own;
}

} // namespace paceline
