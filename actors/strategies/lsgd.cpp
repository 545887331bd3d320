#include "actors/strategies/lsgd.hpp"

namespace paceline {

strategy_settings lsgd::settings() const {
  strategy_settings strategy;
  strategy.period_group = period_group;
  strategy.period_global = period_global;
  strategy.pull_group = pull_group;
  strategy.pull_global = pull_global;
  strategy.steady = {.group = proximal_group / static_cast<double>(period_group),
                     .global = proximal_global / static_cast<double>(period_global),
                     .kind = pull_kind::after_step};
  return strategy;
}

} // namespace paceline
