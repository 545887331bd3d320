#include "actors/cluster_actors.hpp"

#include "actors/global_leader.hpp"
#include "actors/group_leader.hpp"
#include "actors/lockstep_conductor.hpp"
#include "actors/worker.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace paceline {
namespace {

compute_actor_settings compute_settings(const cluster_plan& plan, worker_id id) {
  compute_actor_settings settings{
    .training = {.id = id, .strategy = plan.strategy, .learning_rate = plan.learning_rate, .schedule = plan.schedule},
    .make_trainer = [make = plan.make_trainer, id] { return make(id); },
    .cores = plan.cores_of ? plan.cores_of(id) : std::vector<int>{},
    .thread_name = plan.own_threads ? "worker " + to_string(id) : std::string(),
    .resume = nullptr,
    .lockstep = plan.lockstep};
  if (plan.resume) {
    const auto& workers = plan.resume->workers;
    const auto found = std::find_if(workers.begin(), workers.end(), [id](const auto& w) { return w.id == id; });
    if (found != workers.end())
      settings.resume = {plan.resume, &*found}; // shares ownership of the whole, points at the part
  }
  return settings;
}

std::optional<leadership_state> group_resume(const cluster_plan& plan, std::uint32_t group) {
  return plan.resume ? std::optional(plan.resume->groups.at(group)) : std::nullopt;
}

/// Spawns an actor whose handlers take long.
template <class... Ts>
caf::actor spawn_busy(caf::actor_system& system, const cluster_plan& plan, Ts&&... args) {
  return plan.own_threads ? system.spawn<caf::detached>(std::forward<Ts>(args)...)
                          : system.spawn(std::forward<Ts>(args)...);
}

void spawn_free_running(caf::actor_system& system, const caf::actor& supervisor, const cluster_plan& plan,
                        const run_services& services, spawned_cluster& cluster) {
  auto decision_watchers = plan.watchers;
  decision_watchers.add(supervisor);

  const auto global_resume = plan.resume ? std::optional(plan.resume->global) : std::nullopt;
  const auto global =
    system.spawn(global_leader_actor, plan.global_leadership(), services.clock, global_resume, decision_watchers);
  std::vector<caf::actor> group_leaders;
  for (std::uint32_t group = 0; group < plan.groups; ++group) {
    const auto leader = system.spawn(group_leader_actor, plan.group_leadership(group), services.clock, global,
                                     group_resume(plan, group), decision_watchers);
    std::vector<caf::actor> workers;
    for (std::uint32_t index = 0; index < plan.workers_per_group; ++index) {
      const worker_id id{group, index};
      const auto worker = system.spawn(worker_actor, id, leader, plan.watchers);
      const auto compute = spawn_busy(system, plan, compute_actor, compute_settings(plan, id), services, worker,
                                      supervisor, plan.watchers);
      caf::anon_send(worker, compute);
      workers.push_back(worker);
      cluster.computes.push_back(compute);
    }
    caf::anon_send(leader, workers);
    group_leaders.push_back(leader);
    cluster.coordinators.insert(cluster.coordinators.end(), workers.begin(), workers.end());
  }
  caf::anon_send(global, group_leaders);
  cluster.coordinators.insert(cluster.coordinators.end(), group_leaders.begin(), group_leaders.end());
  cluster.coordinators.push_back(global);
}

void spawn_lockstep(caf::actor_system& system, const caf::actor& supervisor,
                    const std::shared_ptr<const cluster_plan>& plan, const run_services& services,
                    spawned_cluster& cluster) {
  cluster.conductor = system.spawn(lockstep_conductor_actor, plan, services, supervisor);
  for (const auto id : plan->worker_ids())
    cluster.computes.push_back(spawn_busy(system, *plan, compute_actor, compute_settings(*plan, id), services,
                                          cluster.conductor, supervisor, plan->watchers));
  caf::anon_send(cluster.conductor, cluster.computes);
}

} // namespace

spawned_cluster spawn_cluster(caf::actor_system& system, const caf::actor& supervisor,
                              const std::shared_ptr<const cluster_plan>& plan, const run_services& services) {
  spawned_cluster cluster;
  if (plan->lockstep)
    spawn_lockstep(system, supervisor, plan, services, cluster);
  else
    spawn_free_running(system, supervisor, *plan, services, cluster);
  if (plan->evaluator.make_test)
    cluster.evaluator = spawn_busy(system, *plan, evaluator_actor, plan->evaluator, services.clock);
  if (plan->write_checkpoint)
    cluster.checkpointer = spawn_busy(system, *plan, checkpointer_actor, plan->write_checkpoint);
  return cluster;
}

void end_cluster(spawned_cluster& cluster) {
  const auto end = [](caf::actor& actor) {
    if (actor)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
  };
  // From those who decide to those who compute, so that nothing new is asked of what is ending.
  end(cluster.conductor);
  std::for_each(cluster.coordinators.begin(), cluster.coordinators.end(), end);
  std::for_each(cluster.computes.begin(), cluster.computes.end(), end);
  end(cluster.evaluator);
  end(cluster.checkpointer);
}

} // namespace paceline
