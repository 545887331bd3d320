#include "actors/cluster_actors.hpp"

#include "actors/centre.hpp"
#include "actors/global_leader.hpp"
#include "actors/group_leader.hpp"
#include "actors/lockstep_conductor.hpp"
#include "actors/node_actor.hpp"
#include "actors/simulated_conductor.hpp"
#include "actors/type_ids.hpp"
#include "actors/worker.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace paceline {
namespace {

compute_actor_settings compute_settings(const cluster_plan& plan, worker_id id) {
  compute_actor_settings settings{.training = {.id = id,
                                               .strategy = plan.strategy,
                                               .learning_rate = plan.learning_rate,
                                               .schedule = plan.schedule,
                                               .trace_every = plan.trace_every},
                                  .make_trainer = [make = plan.make_trainer, id] { return make(id); },
                                  .cores = plan.cores_of ? plan.cores_of(id) : std::vector<int>{},
                                  .thread_name = plan.own_threads ? "worker " + to_string(id) : std::string(),
                                  .resume = nullptr,
                                  .lockstep = plan.conducted(),
                                  .simulated = plan.simulation.has_value()};
  if (plan.set_apart)
    plan.set_apart(settings.training);
  if (plan.start_from)
    settings.start_from = [from = plan.start_from, id] { return from(id); };
  if (plan.resume) {
    const auto& workers = plan.resume->workers;
    const auto found = std::find_if(workers.begin(), workers.end(), [id](const auto& w) { return w.id == id; });
    if (found != workers.end())
      settings.resume = {plan.resume, &*found}; // shares ownership of the whole, points at the part
  }
  return settings;
}

std::optional<leadership_state> group_resume(const cluster_plan& plan, std::uint32_t group) {
  return plan.resume ? std::optional(plan.resume->groups.at(group - plan.resume->first_group)) : std::nullopt;
}

/// Where the global leader begins; with no seat where it has to be taken first.
std::optional<leadership_state> first_of_global(const cluster_plan& plan) {
  if (plan.node)
    return std::nullopt;
  return plan.resume ? plan.resume->global : leadership(plan.global_leadership()).save();
}

/// Who hears of the global leader's decisions from itself. In a node its node actor tells them: it drops those that were made while
/// the seat was being lost.
observers watchers_of_global(const cluster_plan& plan, const observers& decision_watchers) {
  return plan.node ? observers() : decision_watchers;
}

/// Spawns an actor whose handlers take long.
template <class... Ts>
caf::actor spawn_busy(caf::actor_system& system, const cluster_plan& plan, Ts&&... args) {
  return plan.own_threads ? system.spawn<caf::detached>(std::forward<Ts>(args)...)
                          : system.spawn(std::forward<Ts>(args)...);
}

/// `mouth`: whom the compute actor reports to.
void add_compute(caf::actor_system& system, const caf::actor& supervisor, const cluster_plan& plan,
                 const run_services& services, worker_id id, const caf::actor& mouth, spawned_cluster& cluster) {
  auto settings = compute_settings(plan, id);
  cluster.vitals.push_back(settings.vitals);
  cluster.parameters.push_back(settings.parameters);
  cluster.answers.push_back(settings.answers);
  cluster.computes.push_back(
    spawn_busy(system, plan, compute_actor, std::move(settings), services, mouth, supervisor, plan.watchers));
}

/// Who else of this process may score a group's candidates.
void name_fellows(const spawned_cluster& cluster, const cluster_plan& plan, std::uint32_t group) {
  fellow_workers fellows;
  for (const auto id : plan.worker_ids())
    if (id.group != group)
      fellows.workers.push_back({id, cluster.workers[plan.position(id)]});
  caf::anon_send(cluster.group_leaders[group - plan.own_groups().first], fellows);
}

/// Whom group leaders report to.
const caf::actor& above_groups(const spawned_cluster& cluster) {
  return cluster.node ? cluster.node : cluster.global_leader;
}

std::vector<caf::actor> workers_of_group(const spawned_cluster& cluster, const cluster_plan& plan,
                                         std::uint32_t group) {
  const auto first = cluster.workers.begin() + static_cast<std::ptrdiff_t>(plan.position({group, 0}));
  return {first, first + plan.workers_per_group};
}

std::shared_ptr<const centre_state> centre_resume(const cluster_plan& plan) {
  if (!plan.resume || !plan.resume->centre)
    return nullptr;
  return {plan.resume, &*plan.resume->centre};
}

compute_of_worker compute_of_worker_at(const spawned_cluster& cluster, std::size_t position) {
  return {cluster.computes[position], cluster.parameters[position], cluster.answers[position]};
}

void spawn_free_running(caf::actor_system& system, const caf::actor& supervisor, const observers& decision_watchers,
                        const std::shared_ptr<const cluster_plan>& shared_plan, const run_services& services,
                        spawned_cluster& cluster) {
  const auto& plan = *shared_plan;
  cluster.global_leader = system.spawn(global_leader_actor, plan.global_leadership(), services.clock,
                                       first_of_global(plan), watchers_of_global(plan, decision_watchers));
  if (plan.node)
    cluster.node = system.spawn(node_actor, shared_plan, services, decision_watchers);
  if (plan.strategy.centre)
    cluster.centre = spawn_busy(system, plan, centre_actor,
                                centre_actor_settings{.strategy = *plan.strategy.centre,
                                                      .shape = plan.centre_shape(),
                                                      .workers = plan.worker_ids(),
                                                      .resume = plan.node ? nullptr : centre_resume(plan),
                                                      .in_node = plan.node.has_value()});
  if (cluster.node && cluster.centre)
    caf::anon_send(cluster.node, centre_of_strategy{cluster.centre});
  const auto own = plan.own_groups();
  for (auto group = own.first; group < own.first + own.count; ++group) {
    const auto leader =
      system.spawn(group_leader_actor, plan.group_leadership(group), services.clock, above_groups(cluster),
                   group_resume(plan, group), decision_watchers, services.plane);
    for (std::uint32_t index = 0; index < plan.workers_per_group; ++index) {
      const worker_id id{group, index};
      cluster.workers.push_back(system.spawn(worker_actor, id, leader, services.plane));
      add_compute(system, supervisor, plan, services, id, cluster.workers.back(), cluster);
      if (cluster.centre)
        caf::anon_send(cluster.workers.back(), centre_of_strategy{way_to_centre(cluster)});
      caf::anon_send(cluster.workers.back(), compute_of_worker_at(cluster, plan.position(id)));
    }
    caf::anon_send(leader, workers_of_group(cluster, plan, group));
    cluster.group_leaders.push_back(leader);
  }
  caf::anon_send(above_groups(cluster), cluster.group_leaders);
  for (auto group = own.first; group < own.first + own.count; ++group)
    name_fellows(cluster, plan, group);
  if (!plan.node)
    return;
  caf::anon_send(cluster.node, report_to{cluster.global_leader});
  plan.node->connect(cluster.node);
}

void spawn_conducted(caf::actor_system& system, const caf::actor& supervisor,
                     const std::shared_ptr<const cluster_plan>& plan, const run_services& services,
                     spawned_cluster& cluster) {
  cluster.conductor = plan->simulation ? system.spawn(simulated_conductor_actor, plan, services, supervisor)
                                       : system.spawn(lockstep_conductor_actor, plan, services, supervisor);
  for (const auto id : plan->worker_ids())
    add_compute(system, supervisor, *plan, services, id, cluster.conductor, cluster);
  caf::anon_send(cluster.conductor, cluster.computes);
}

} // namespace

spawned_cluster spawn_cluster(caf::actor_system& system, const caf::actor& supervisor,
                              const observers& decision_watchers, const std::shared_ptr<const cluster_plan>& plan,
                              const run_services& services) {
  spawned_cluster cluster;
  if (plan->conducted())
    spawn_conducted(system, supervisor, plan, services, cluster);
  else
    spawn_free_running(system, supervisor, decision_watchers, plan, services, cluster);
  if (plan->evaluator.make_test)
    cluster.evaluator = spawn_busy(system, *plan, evaluator_actor, plan->evaluator, services.clock);
  if (plan->write_checkpoint)
    cluster.checkpointer = spawn_busy(system, *plan, checkpointer_actor, plan->write_checkpoint);
  return cluster;
}

void spawn_successor(caf::actor_system& system, const caf::actor& supervisor, const cluster_plan& plan,
                     const run_services& services, spawned_cluster& cluster, worker_id id, const snapshot_ptr& start,
                     std::uint64_t steps_before) {
  const auto position = plan.position(id);
  auto settings = compute_settings(plan, id);
  settings.resume = nullptr;
  settings.start_from = [start] { return start; };
  settings.steps_before = steps_before;
  cluster.vitals[position]->retired.store(true);
  cluster.vitals[position] = settings.vitals;
  cluster.parameters[position] = settings.parameters;
  cluster.answers[position] = settings.answers;
  cluster.computes[position] = spawn_busy(system, plan, compute_actor, std::move(settings), services,
                                          cluster.workers[position], supervisor, plan.watchers);
}

void respawn_group_leader(caf::actor_system& system, spawned_cluster& cluster, const observers& decision_watchers,
                          const cluster_plan& plan, const run_services& services, std::uint32_t group,
                          const leadership_state& known) {
  const auto leader = system.spawn(group_leader_actor, plan.group_leadership(group), services.clock,
                                   above_groups(cluster), std::nullopt, decision_watchers, services.plane);
  take_seat order{.term = known.term + 1, .decisions = known.decisions, .patience = plan.patience};
  for (std::uint32_t index = 0; index < plan.workers_per_group; ++index)
    if (!cluster.computes[plan.position({group, index})])
      order.gone.push_back(index);
  caf::anon_send(leader, order);
  const auto workers = workers_of_group(cluster, plan, group);
  caf::anon_send(leader, workers);
  for (const auto& worker : workers)
    caf::anon_send(worker, report_to{leader});
  cluster.group_leaders[group - plan.own_groups().first] = leader;
  name_fellows(cluster, plan, group);
  caf::anon_send(above_groups(cluster), cluster.group_leaders);
}

void respawn_global_leader(caf::actor_system& system, spawned_cluster& cluster, const observers& decision_watchers,
                           const cluster_plan& plan, const run_services& services, const leadership_state& known) {
  cluster.global_leader = system.spawn(global_leader_actor, plan.global_leadership(), services.clock, std::nullopt,
                                       watchers_of_global(plan, decision_watchers));
  if (cluster.node) {
    caf::anon_send(cluster.node, report_to{cluster.global_leader});
    return;
  }
  caf::anon_send(
    cluster.global_leader,
    take_seat{.term = known.term + 1, .decisions = known.decisions, .patience = plan.patience, .gone = {}});
  caf::anon_send(cluster.global_leader, cluster.group_leaders);
  for (const auto& leader : cluster.group_leaders)
    caf::anon_send(leader, report_to{cluster.global_leader});
}

void respawn_worker(caf::actor_system& system, spawned_cluster& cluster, const cluster_plan& plan,
                    const run_services& services, worker_id id) {
  const auto own = plan.own_groups();
  const auto position = plan.position(id);
  const auto& leader = cluster.group_leaders[id.group - own.first];
  const auto& compute = cluster.computes[position];
  auto& worker = cluster.workers[position];
  worker = system.spawn(worker_actor, id, leader, services.plane);
  if (cluster.centre)
    caf::anon_send(worker, centre_of_strategy{way_to_centre(cluster)});
  if (compute) {
    caf::anon_send(worker, compute_of_worker_at(cluster, position));
    caf::anon_send(compute, report_to{worker});
  }
  caf::anon_send(leader, workers_of_group(cluster, plan, id.group));
  for (auto group = own.first; group < own.first + own.count; ++group)
    if (group != id.group)
      name_fellows(cluster, plan, group);
}

std::vector<named_actor> actors_of(const spawned_cluster& cluster, const cluster_plan& plan) {
  std::vector<named_actor> all;
  const auto add = [&](const caf::actor& actor, const std::string& name) {
    if (actor)
      all.push_back({actor, name});
  };
  const auto ids = plan.worker_ids();
  add(cluster.conductor, "the conductor");
  add(cluster.global_leader, "the global leader");
  add(cluster.centre, "the centre");
  add(cluster.node, "the node");
  for (std::size_t i = 0; i < cluster.group_leaders.size(); ++i)
    add(cluster.group_leaders[i], "the leader of group " + std::to_string(plan.own_groups().first + i));
  for (std::size_t i = 0; i < cluster.workers.size(); ++i)
    add(cluster.workers[i], "the voice of worker " + to_string(ids[i]));
  for (std::size_t i = 0; i < cluster.computes.size(); ++i)
    add(cluster.computes[i], "worker " + to_string(ids[i]));
  add(cluster.evaluator, "the evaluator");
  add(cluster.checkpointer, "the checkpointer");
  return all;
}

void end_cluster(spawned_cluster& cluster) {
  const auto end = [](const caf::actor& actor) {
    if (actor)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  };
  // From those who decide to those who compute, so that nothing new is asked of what is ending.
  end(cluster.conductor);
  end(cluster.global_leader);
  end(cluster.centre);
  end(cluster.node);
  for (const auto* actors : {&cluster.group_leaders, &cluster.workers, &cluster.computes})
    std::for_each(actors->begin(), actors->end(), end);
  end(cluster.evaluator);
  end(cluster.checkpointer);
  cluster = {};
}

} // namespace paceline
