#include "cluster/bench/paced_node.hpp"

#include "actors/supervisor.hpp"
#include "actors/type_ids.hpp"
#include "cluster/node/member_of_run.hpp"
#include "compute/host_trainer.hpp"

#include <caf/all.hpp>

#include <stdexcept>
#include <utility>

namespace paceline {

namespace {

caf::behavior watching(caf::event_based_actor* self, const caf::message_handler& watch,
                       const std::shared_ptr<std::string>& problem) {
  self->set_default_handler(caf::drop);
  return watch.or_else([self, problem](const run_finished& end) {
    if (!end.failures.empty())
      *problem = end.failures.front().what;
    self->quit();
  });
}

cluster_plan plan_of(const paced_node_settings& settings) {
  const auto& strategy = settings.config.strategy;
  cluster_plan plan;
  plan.groups = settings.config.groups.count;
  plan.workers_per_group = settings.config.groups.workers;
  plan.strategy = {.period_group = strategy.period_group,
                   .period_global = strategy.period_global,
                   .pull_group = strategy.pull_group,
                   .pull_global = strategy.pull_global,
                   .loss_window = strategy.loss_window,
                   .max_report_age = strategy.max_report_age};
  plan.budget = settings.budget;
  plan.make_trainer = [steps_of = settings.steps_of](worker_id id) {
    return make_host_trainer(make_paced_objective(steps_of(id)), {}, 0);
  };
  return plan;
}

} // namespace

paced_node::paced_node(paced_node_settings settings)
  : member_(settings.name.empty() ? nullptr : make_member_of_run(settings.config, settings.name)),
    system_(system_settings_) {
  auto plan = plan_of(settings);
  if (member_)
    member_->adapt(plan);
  auto services = make_services(plan, clock_);
  watcher_ = system_.spawn(watching, std::move(settings.watch), problem_);
  plan.watchers.add(watcher_);
  if (member_) {
    try {
      member_->join(system_, make_paced_objective({})->layout(), plan, services);
    } catch (...) {
      // The actor system ends only when the last of its actors has.
      caf::anon_send_exit(watcher_, caf::exit_reason::kill);
      throw;
    }
  }
  supervisor_ = system_.spawn(supervisor_actor, std::make_shared<const cluster_plan>(std::move(plan)), services);
}

void paced_node::stop() {
  caf::anon_send(supervisor_, stop_run{});
}

paced_node::~paced_node() {
  stop();
  {
    caf::scoped_actor self(system_);
    self->wait_for(supervisor_, watcher_);
  }
  supervisor_ = nullptr;
  watcher_ = nullptr;
  if (member_)
    member_->leave();
}

void paced_node::wait() {
  {
    caf::scoped_actor self(system_);
    self->wait_for(supervisor_, watcher_);
  }
  if (member_ && !member_->refused().empty())
    throw std::runtime_error(member_->refused());
  if (!problem_->empty())
    throw std::runtime_error(*problem_);
}

std::chrono::nanoseconds paced_node::clock_offset() const {
  return run_clock::steady_time() - clock_->now();
}

} // namespace paceline
