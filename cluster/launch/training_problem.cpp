#include "cluster/launch/training_problem.hpp"

#include "cluster/config/strategy_keys.hpp"
#include "cluster/launch/objective_problem.hpp"
#include "cluster/launch/picture_problem.hpp"
#include "compute/counter_random.hpp"

namespace paceline {

std::shared_ptr<const training_problem> load_problem(const run_config& config, const std::function<bool()>& cancelled) {
  if (config.objective.is_network())
    return make_picture_problem(config, load_task(config, cancelled));
  return make_objective_problem(config);
}

std::uint64_t seed_of_start(const run_config& config, std::size_t position) {
  const bool together = config.strategy.shared_start || !strategy_keys::may_start_apart(config.strategy.kind);
  return derive_seed(derive_seed(config.seed, starts), together ? 0 : position);
}

} // namespace paceline
