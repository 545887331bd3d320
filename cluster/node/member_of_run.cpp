#include "cluster/node/member_of_run.hpp"

#include "actors/type_ids.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/faults/fault_rehearsal.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/link/node_link.hpp"
#include "cluster/node/leader_wait.hpp"
#include "cluster/node/link_setup.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace paceline {
namespace {

std::vector<node_place> places_of(const run_config& config) {
  std::vector<node_place> places;
  for (const auto& node : config.nodes)
    places.push_back({.name = node.name, .groups = {first_group_of(config, node.name), node.groups}});
  return places;
}

class member_of_run final : public node_membership {
 public:
  member_of_run(const run_config& config, const std::string& name, bool together)
    : config_(config), node_(node_named(config, name)), together_(together), rehearsal_(config, name) {}

  void adapt(cluster_plan& plan) override {
    plan.own = group_range{first_group_of(config_, node_.name), node_.groups};
    plan.patience = config_.network.patience;
    plan.cores_of = [this, first = workers_before(config_, node_), own = *plan.own](worker_id id) {
      return cores_of(config_, first + std::size_t{id.group - own.first} * config_.groups.workers + id.index);
    };
    plan.evaluator.stolen_share = share_stolen_by_tests(config_, workers_on_host_of(config_, node_));
    rehearsal_.adapt(plan);
  }

  bool begins_together() const override { return together_; }

  void join(caf::actor_system& system, const parameter_layout& layout, cluster_plan& plan,
            run_services& services) override {
    if (uses_ipc(config_))
      make_ipc_folder(config_);
    auto settings = link_settings_of(config_, node_, layout);
    const auto incarnation = settings.incarnation;
    settings.filter = rehearsal_.filter();
    settings.now = [clock = services.clock] { return clock->now(); };
    settings.log = [watchers = plan.watchers](const std::string& line) { watchers.tell(notice{line}); };
    settings.refused = [this, budget = services.budget](const std::string& why) { end_for(why, *budget); };
    link_.emplace(system, std::move(settings));
    services.plane = link_->plane();
    wait_.emplace(config_.nodes.size() - 1, config_.network.patience,
                  [plane = services.plane] { return plane->newest(scope::global, 0); });
    // Where nobody ever leads all, there is nobody to start from.
    if (plan.strategy.period_global > 0 && !(together_ && plan.resume))
      plan.start_from = [this](worker_id) { return wait_->wait(); };
    plan.node = node_settings{.name = node_.name,
                              .incarnation = incarnation,
                              .nodes = places_of(config_),
                              .publish_state =
                                [this](const node_state& state, const fellow_nodes& fellows) {
                                  wait_->note(fellows);
                                  rehearsal_.note(state);
                                  link_->tell_state(state);
                                },
                              .connect = [this](const caf::actor& node) { link_->start(node); }};
  }

  void ride(caf::actor_system& system, const run_services& services, const caf::actor& supervisor,
            const caf::actor& recorder, std::chrono::nanoseconds recorded_until) override {
    rehearsal_.start(system, services, supervisor, recorder, recorded_until);
  }

  link_counters traffic() const override { return link_->counters(); }

  void leave() override { link_.reset(); }

  std::string refused() const override {
    const std::lock_guard guard(mutex_);
    return refused_;
  }

 private:
  void end_for(const std::string& why, run_budget& budget) {
    {
      const std::lock_guard guard(mutex_);
      refused_ = why;
    }
    wait_->cancel();
    budget.cancel();
  }

  run_config config_;
  run_config::node_section node_;
  bool together_;
  fault_rehearsal rehearsal_;
  mutable std::mutex mutex_;
  std::string refused_;
  std::optional<leader_wait> wait_;
  std::optional<node_link> link_;
};

} // namespace

std::unique_ptr<node_membership> make_member_of_run(const run_config& config, const std::string& name, bool together) {
  return std::make_unique<member_of_run>(config, name, together);
}

} // namespace paceline
