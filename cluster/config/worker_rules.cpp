#include "cluster/config/worker_rules.hpp"

#include "cluster/config/hyperparameters.hpp"
#include "cluster/config/rule_reporter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace paceline {
namespace {

class worker_rule_checker : rule_reporter {
 public:
  worker_rule_checker(const run_config& config, error_list& errors) : rule_reporter(errors), config_(config) {}

  void numbers() {
    for (const auto& [position, values] : config_.workers_apart.of_one)
      if (position >= config_.workers())
        fail(fmt::format("workers.{}", position), fmt::format("worker {} of {}", position, config_.workers()),
             fmt::format("0 to {}, counted over all groups", config_.workers() - 1));
  }

  void check(const hyperparameter& one) {
    if (const auto all = config_.workers_apart.of_all.find(one.name); all != config_.workers_apart.of_all.end()) {
      const auto path = fmt::format("workers.{}", one.name);
      require_used(one, path);
      require_values(one, path, all->second);
    }
    for (const auto& [position, values] : config_.workers_apart.of_one)
      if (values.contains(one.name))
        require_used(one, fmt::format("workers.{}.{}", position, one.name));
  }

  /// A checkpoint has momentum for all workers or for none.
  void momentum() {
    const auto of_all = config_.optimizer.momentum;
    for (std::size_t i = 0; errors_.is_clean("workers") && i < config_.workers(); ++i)
      if (const auto own = config_of_worker(config_, i).optimizer.momentum; (own == 0) != (of_all == 0))
        fail("workers", fmt::format("a momentum of {} for worker {} with an optimizer.momentum of {}", own, i, of_all),
             "momenta above 0 in both, or in neither");
  }

 private:
  void require_used(const hyperparameter& one, const std::string& path) {
    if (!one.is_used(config_))
      fail(path,
           fmt::format("a value, in a run whose strategy \"{}\" and optimizer have no {} of each worker",
                       config_.strategy.kind, one.name),
           "no value");
  }

  void require_values(const hyperparameter& one, const std::string& path, const worker_values& values) {
    if (const auto* list = std::get_if<std::vector<double>>(&values); list && list->size() != config_.workers())
      return fail(path, fmt::format("{} values for {} workers", list->size(), config_.workers()),
                  "a value for each worker");
    for (std::size_t i = 0; i < config_.workers(); ++i)
      if (const config_json value = value_of(values, i); !one.allowed.read(value))
        return fail(path, fmt::format("a rule that gives worker {} {:.4g}", i, value.get<double>()),
                    one.allowed.allowed(value));
  }

  const run_config& config_;
};

} // namespace

void check_worker_rules(const run_config& config, error_list& errors) {
  for (const auto* section : {"workers", "groups", "nodes", "strategy", "optimizer"})
    if (!errors.is_clean(section))
      return;
  worker_rule_checker rules(config, errors);
  rules.numbers();
  for (const auto& one : hyperparameters())
    rules.check(one);
  if (!config.workers_apart.empty())
    rules.momentum();
}

} // namespace paceline
