#include "cluster/launch/cluster_setup.hpp"

#include "actors/strategies/lsgd.hpp"
#include "actors/worker_training.hpp"
#include "cluster/config/duration.hpp"
#include "cluster/config/hyperparameters.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/launch/launch_timing.hpp"
#include "compute/affinity.hpp"
#include "compute/counter_random.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace paceline {
namespace {

/// What that strategy is about, without what all have.
strategy_settings kind_of(const run_config::strategy_section& section) {
  const auto with_centre = [](centre_settings centre) {
    strategy_settings strategy;
    strategy.period_group = strategy.period_global = 0;
    strategy.centre = std::move(centre);
    return strategy;
  };
  if (section.kind == "lsgd")
    return lsgd{.period_group = section.period_group,
                .period_global = section.period_global,
                .pull_group = section.pull_group,
                .pull_global = section.pull_global,
                .proximal_group = section.proximal_group,
                .proximal_global = section.proximal_global}
      .settings();
  if (section.kind == "lgd")
    return section.lgd.settings();
  if (section.kind == "easgd" || section.kind == "eamsgd")
    return with_centre(section.easgd.settings());
  if (section.kind == "downpour")
    return with_centre(section.downpour.settings());
  if (section.kind == "local_sgd")
    return with_centre(section.local_sgd.settings());
  if (section.kind == "diloco")
    return with_centre(section.diloco.settings());
  if (section.kind == "sync_sgd")
    return with_centre(sync_sgd{}.settings());
  strategy_settings alone;
  alone.period_group = alone.period_global = 0;
  return alone;
}

budget_limits limits_of(const run_config& config, const training_problem& task) {
  budget_limits limits;
  const auto allow = [&](double steps) {
    // As good as endless, and far from what a counter cannot hold.
    constexpr double most = 1e18;
    const auto total = static_cast<std::uint64_t>(std::min(std::round(steps) * config.workers(), most));
    limits.total_steps = limits.total_steps ? std::min(*limits.total_steps, total) : total;
  };
  if (config.budget.steps)
    allow(static_cast<double>(*config.budget.steps));
  if (config.budget.epochs)
    allow(*config.budget.epochs * static_cast<double>(task.batches_per_epoch()));
  limits.training_time = config.budget.time;
  return limits;
}

void simulate(const run_config& config, cluster_plan& plan) {
  constexpr double giga = 1e9;
  const auto& s = config.simulation;
  plan.simulation = {.links = {.local_latency = s.local_latency,
                               .local_bandwidth = giga * s.local_bandwidth,
                               .latency = s.latency,
                               .bandwidth = giga * s.bandwidth},
                     .step_time = s.step_time,
                     .step_spread = s.step_spread,
                     .seed = derive_seed(config.seed, step_times),
                     .processors = usable_cores().size(),
                     .time = std::make_shared<std::atomic<std::chrono::nanoseconds::rep>>(0)};
  // Whoever is computing has a processor, whichever it is.
  plan.cores_of = nullptr;
  plan.evaluator.stolen_share = 0;
}

} // namespace

strategy_settings strategy_of(const run_config& config) {
  const auto& section = config.strategy;
  auto strategy = kind_of(section);
  if (!strategy.compares_objective)
    strategy.loss_window = section.loss_window;
  strategy.max_report_age = section.max_report_age;
  // Long enough for steps that take seconds, and for a prober that is gone to be known for it.
  strategy.verification = {.probe = section.verify,
                           .tolerance = section.verify_tolerance,
                           .allowance = section.verify_allowance,
                           .time_limit = 5 * config.network.patience};
  return strategy;
}

std::vector<std::string> warnings_of(const run_config& config) {
  const auto& kind = config.strategy.kind;
  if (kind != "easgd" && kind != "eamsgd")
    return {};
  const auto& how = config.strategy.easgd;
  const auto alpha = how.alpha_of(config.workers());
  // The higher a rate, the lower the bound.
  auto rate = config.optimizer.learning_rate;
  if (!config.workers_apart.empty())
    for (std::size_t i = 0; i < config.workers(); ++i)
      rate = std::max(rate, config_of_worker(config, i).optimizer.learning_rate);
  const auto bound = how.largest_stable_alpha(rate);
  if (alpha < bound)
    return {};
  const auto from =
    how.alpha ? fmt::format("strategy.alpha: {}", alpha)
              : fmt::format("strategy.beta: {} over {} workers, an alpha of {:.4g}", how.beta, config.workers(), alpha);
  return {fmt::format("warning: {} is unstable: worker and centre overshoot each other unless alpha is below {:.4g}",
                      from, bound)};
}

double share_stolen_by_tests(const run_config& config, std::size_t workers_here) {
  const auto cores = usable_cores().size();
  const auto busy = workers_here * static_cast<std::size_t>(config.device.threads_per_worker);
  return busy < cores ? 0.0 : 1.0 / static_cast<double>(cores);
}

cluster_plan make_plan(const run_config& config, const std::shared_ptr<const training_problem>& task) {
  cluster_plan plan;
  plan.groups = config.groups.count;
  plan.workers_per_group = config.groups.workers;
  const auto position = [per_group = config.groups.workers](worker_id id) {
    return std::size_t{id.group} * per_group + id.index;
  };
  if (config.data.rebalance_shards)
    plan.roster = std::make_shared<shard_roster>(config.workers());
  plan.make_trainer = [=, roster = plan.roster](worker_id id) { return task->make_trainer(position(id), roster); };
  plan.cores_of = [=](worker_id id) { return cores_of(config, position(id)); };
  plan.strategy = strategy_of(config);
  plan.trained_parameters = task->layout().trained_size();
  plan.learning_rate = config.optimizer.learning_rate;
  if (!config.workers_apart.empty())
    plan.set_apart = [=](worker_training_settings& training) {
      const auto own = config_of_worker(config, position(training.id));
      training.learning_rate = own.optimizer.learning_rate;
      training.strategy = strategy_of(own);
    };
  plan.schedule = config.schedule;
  plan.trace_every = config.objective.trace;
  plan.budget = limits_of(config, *task);
  const launch_timing timing(config.network.patience);
  plan.restarts = {.most = config.supervision.worker_restarts,
                   .span = config.supervision.restart_window,
                   .first_wait = timing.first_worker_restart_wait,
                   .longest_wait = timing.longest_worker_restart_wait};
  plan.evaluator = {.make_test = [task] { return task->make_test(); },
                    .stolen_share = share_stolen_by_tests(config, config.workers())};
  plan.evaluate_every = config.output.evaluate_every;
  plan.checkpoint_every = config.output.checkpoint_every;
  plan.lockstep = config.deterministic;
  if (config.simulation.enabled)
    simulate(config, plan);
  return plan;
}

optimiser_settings optimiser_of(const run_config& config) {
  auto settings = config.optimizer;
  if (config.strategy.kind == "eamsgd") {
    settings.kind = optimiser_kind::lookahead;
    settings.momentum = config.strategy.momentum;
  }
  return settings;
}

bool splits_steps(const run_config& config) {
  return config.strategy.kind == "sync_sgd" || config.simulation.enabled;
}

std::string budget_in_words(const run_config& config, const training_problem& task) {
  std::string words;
  const auto add = [&](const std::string& text) { words += (words.empty() ? "" : ", or ") + text; };
  if (config.budget.steps)
    add(count_text(*config.budget.steps, "step") + " a worker");
  if (config.budget.epochs)
    add(fmt::format("{} epochs a worker ({:.6g} steps)", *config.budget.epochs,
                    *config.budget.epochs * static_cast<double>(task.batches_per_epoch())));
  if (config.budget.time)
    add(format_duration(*config.budget.time) + " of training");
  return words;
}

std::vector<int> cores_of(const run_config& config, std::size_t position) {
  if (!config.device.pin)
    return {};
  const auto usable = usable_cores();
  const auto threads = std::min(static_cast<std::size_t>(config.device.threads_per_worker), usable.size());
  std::vector<int> cores;
  for (std::size_t thread = 0; thread < threads; ++thread)
    cores.push_back(usable[(position * threads + thread) % usable.size()]);
  return cores;
}

namespace {

/// Whoever a coordinator names is a worker of the run, of that group where it is one's, and a candidate the member's whose it is.
void require_known(const leadership_state& coordinator, const std::string& place, const cluster_plan& plan,
                   std::optional<std::uint32_t> group) {
  const auto is_known = [&](worker_id id) {
    return id.index < plan.workers_per_group && (group ? id.group == *group : id.group < plan.groups);
  };
  if (coordinator.leader && !is_known(*coordinator.leader))
    throw invalid_input(
      fmt::format("{}.leader: found {}, which is no worker of it", place, to_string(*coordinator.leader)));
  for (std::size_t member = 0; member < coordinator.candidates.size(); ++member) {
    const auto& candidate = coordinator.candidates[member];
    if (candidate
        && (!is_known(candidate->worker)
            || (group ? candidate->worker.index : candidate->worker.group) != static_cast<std::uint32_t>(member)))
      throw invalid_input(fmt::format("{}.candidates[{}].worker: found {}, which is not its member", place, member,
                                      to_string(candidate->worker)));
  }
}

/// No coordinator has counted more of a worker than it made.
void require_steps(const run_state& state, const cluster_plan& plan) {
  for (const auto& worker : state.workers) {
    const auto group = worker.id.group - plan.own_groups().first;
    const auto counted = state.groups[group].member_steps[worker.id.index];
    if (counted > worker.training.steps)
      throw invalid_input(fmt::format("groups[{}].member_steps[{}]: found {}, but worker {} has made {} steps", group,
                                      worker.id.index, counted, to_string(worker.id), worker.training.steps));
  }
}

/// Every count and id of the state is one of the plan's: a state file that was tampered with must not index anything.
void require_fit(const run_state& state, const cluster_plan& plan) {
  const auto fits = [](const leadership_state& coordinator, std::size_t members) {
    return coordinator.member_steps.size() == members && coordinator.candidates.size() == members;
  };
  const auto group_fits = [&](const leadership_state& group) { return fits(group, plan.workers_per_group); };
  const auto in_plan = [&](const worker_state& worker) {
    return plan.own_groups().contains(worker.id.group) && worker.id.index < plan.workers_per_group;
  };
  if (!fits(state.global, plan.groups) || !std::all_of(state.groups.begin(), state.groups.end(), group_fits)
      || !std::all_of(state.workers.begin(), state.workers.end(), in_plan))
    throw invalid_input("the checkpoint's coordinators and workers do not belong together");
  require_known(state.global, "global", plan, std::nullopt);
  for (std::size_t i = 0; i < state.groups.size(); ++i)
    require_known(state.groups[i], fmt::format("groups[{}]", i), plan,
                  plan.own_groups().first + static_cast<std::uint32_t>(i));
  require_steps(state, plan);
}

} // namespace

void complete_workers(run_state& state, const cluster_plan& plan) {
  const auto find = [&](worker_id id) {
    return std::find_if(state.workers.begin(), state.workers.end(), [id](const auto& w) { return w.id == id; });
  };
  if (state.workers.empty())
    throw invalid_input("the checkpoint has no worker");
  const auto own = plan.own_groups();
  if (state.groups.size() != own.count || state.groups.front().member_steps.size() != plan.workers_per_group)
    throw invalid_input(fmt::format(
      "the checkpoint is of {} groups of {} workers, the cluster of {} of {}", state.groups.size(),
      state.groups.empty() ? 0 : state.groups.front().member_steps.size(), own.count, plan.workers_per_group));
  if (state.first_group != own.first)
    throw invalid_input(
      fmt::format("the checkpoint's first group is {}, that of this node is {}", state.first_group, own.first));
  require_fit(state, plan);
  const auto source = state.leader ? find(*state.leader) : state.workers.begin();
  worker_state substitute = *source;
  // Where all move by the mean of their gradients, all have one optimiser's state.
  if (const auto& centre = plan.strategy.centre; !centre || !centre->gradients)
    substitute.training.optimiser.clear();
  substitute.losses.clear();
  substitute.next_exchange.reset();
  substitute.held = {};
  for (const auto id : plan.worker_ids()) {
    if (find(id) != state.workers.end())
      continue;
    substitute.id = id;
    state.workers.push_back(substitute);
    // Its first report must not look like all of its steps at once.
    auto& counted = state.groups[id.group - own.first].member_steps[id.index];
    state.global.member_steps[id.group] += substitute.training.steps - counted;
    counted = substitute.training.steps;
  }
  const auto by_id = [](const worker_state& a, const worker_state& b) { return a.id < b.id; };
  std::sort(state.workers.begin(), state.workers.end(), by_id);
}

} // namespace paceline
