#include "actors/strategies/lgd.hpp"

namespace paceline {

strategy_settings lgd::settings() const {
  strategy_settings strategy;
  // One leader of all, however many groups.
  strategy.period_group = 0;
  strategy.period_global = 1;
  strategy.pull_group = strategy.pull_global = 0;
  strategy.steady = {.global = pull, .kind = pull_kind::with_step};
  strategy.compares_objective = true;
  strategy.loss_window = 1;
  return strategy;
}

} // namespace paceline
