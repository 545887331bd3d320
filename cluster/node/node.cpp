#include "cluster/node/node.hpp"

#include "actors/type_ids.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/faults/fault_rehearsal.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/process_run.hpp"
#include "cluster/link/large_memory.hpp"
#include "cluster/link/node_link.hpp"
#include "cluster/node/leader_wait.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <mutex>
#include <optional>
#include <random>

namespace paceline {
namespace {

std::uint64_t random_incarnation() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::vector<node_place> places_of(const run_config& config) {
  std::vector<node_place> places;
  for (const auto& node : config.nodes)
    places.push_back({.name = node.name, .groups = {first_group_of(config, node.name), node.groups}});
  return places;
}

std::vector<node_endpoints> peers_of(const run_config& config, const std::string& own) {
  std::vector<node_endpoints> peers;
  for (const auto& node : config.nodes)
    if (node.name != own)
      peers.push_back(endpoints_of(config, node));
  return peers;
}

/// Workers of the nodes on the same machine that come first: theirs are the first cores.
std::size_t workers_before(const run_config& config, const run_config::node_section& node) {
  std::uint32_t groups = 0;
  for (const auto& other : config.nodes)
    if (other.name < node.name && other.host == node.host)
      groups += other.groups;
  return std::size_t{groups} * config.groups.workers;
}

std::vector<std::size_t> slice_sizes(const parameter_layout& layout) {
  std::vector<std::size_t> sizes;
  for (const auto& slice : layout.slices())
    sizes.push_back(slice.size);
  return sizes;
}

class member_of_run final : public node_membership {
 public:
  member_of_run(const run_config& config, const std::string& name)
    : config_(config), node_(node_named(config, name)), incarnation_(random_incarnation()), rehearsal_(config, name) {}

  void adapt(cluster_plan& plan) override {
    plan.own = group_range{first_group_of(config_, node_.name), node_.groups};
    plan.patience = config_.network.patience;
    plan.cores_of = [this, first = workers_before(config_, node_), own = *plan.own](worker_id id) {
      return cores_of(config_, first + std::size_t{id.group - own.first} * config_.groups.workers + id.index);
    };
    rehearsal_.adapt(plan);
  }

  void join(caf::actor_system& system, const training_task& task, cluster_plan& plan, run_services& services) override {
    if (uses_ipc(config_))
      make_ipc_folder(config_);
    const auto& layout = task.network.parameters();
    link_.emplace(
      system,
      link_settings{
        .own = listening_endpoints_of(config_, node_),
        .peers = peers_of(config_, node_.name),
        .incarnation = incarnation_,
        .config = to_json(config_).dump(),
        .fingerprint = layout.fingerprint(),
        .slices = slice_sizes(layout),
        .snapshots_as = config_.network.snapshots,
        .max_snapshot_age = config_.strategy.max_report_age,
        .patience = std::chrono::duration_cast<std::chrono::milliseconds>(config_.network.patience),
        .keys = config_.security.keys.empty() ? std::nullopt : std::optional(load_node_keys(config_.security.keys)),
        .filter = rehearsal_.filter(),
        .now = [clock = services.clock] { return clock->now(); },
        .log = [watchers = plan.watchers](const std::string& line) { watchers.tell(notice{line}); },
        .refused = [this, budget = services.budget](const std::string& why) { end_for(why, *budget); },
      });
    services.plane = link_->plane();
    wait_.emplace(config_.nodes.size() - 1, config_.network.patience,
                  [plane = services.plane] { return plane->newest(scope::global, 0); });
    plan.start_from = [this](worker_id) { return wait_->wait(); };
    plan.node = node_settings{.name = node_.name,
                              .incarnation = incarnation_,
                              .nodes = places_of(config_),
                              .publish_state =
                                [this](const node_state& state) {
                                  wait_->note(state);
                                  rehearsal_.note(state);
                                  link_->tell_state(state);
                                },
                              .connect = [this](const caf::actor& node) { link_->start(node); }};
  }

  void ride(caf::actor_system& system, const run_services& services, const caf::actor& supervisor,
            const caf::actor& recorder, std::chrono::nanoseconds recorded_until) override {
    rehearsal_.start(system, services, supervisor, recorder, recorded_until);
  }

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
  std::uint64_t incarnation_;
  fault_rehearsal rehearsal_;
  mutable std::mutex mutex_;
  std::string refused_;
  std::optional<leader_wait> wait_;
  std::optional<node_link> link_;
};

} // namespace

launch_exit run_node(const node_options& options, std::ostream& out, std::ostream& err) {
  keep_large_memory();
  member_of_run member(options.config, options.name);
  return run_in_this_process(
    {.config = options.config, .folder = options.folder, .go_on = options.go_on, .node = &member}, out, err);
}

} // namespace paceline
