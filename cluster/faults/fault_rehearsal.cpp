#include "cluster/faults/fault_rehearsal.hpp"

#include "cluster/faults/fault_actor.hpp"
#include "cluster/faults/faulty_trainer.hpp"

#include <caf/all.hpp>

#include <csignal>

#include <unistd.h>

namespace paceline {

fault_rehearsal::fault_rehearsal(const run_config& config, std::string node)
  : settings_(config.faults),
    roster_(roster_of(config)),
    node_(std::move(node)),
    patience_(config.network.patience),
    switches_(std::make_shared<fault_switches>(roster_.workers_of(node_))),
    freezer_(settings_.has_faults() ? std::make_unique<freezer>() : nullptr) {}

void fault_rehearsal::adapt(cluster_plan& plan) const {
  if (!settings_.has_faults() && !settings_.step_time)
    return;
  plan.make_trainer = [make = std::move(plan.make_trainer), switches = switches_,
                       least = settings_.step_time.value_or(std::chrono::nanoseconds{0})](worker_id id) {
    return make_faulty_trainer(make(id), switches->of(id), least);
  };
}

std::shared_ptr<const link_filter> fault_rehearsal::filter() const {
  return settings_.has_faults() ? switches_ : nullptr;
}

void fault_rehearsal::start(caf::actor_system& system, const run_services& services, const caf::actor& supervisor,
                            const caf::actor& recorder, std::chrono::nanoseconds after) {
  if (!settings_.has_faults())
    return;
  system.spawn(fault_actor,
               fault_actor_settings{.schedule = std::make_shared<const fault_schedule>(settings_, roster_),
                                    .node = node_,
                                    .after = after,
                                    .patience = patience_,
                                    .clock = services.clock,
                                    .is_over = [budget = services.budget] { return budget->exhausted(); },
                                    .holds_seat = [this] { return holds_seat_.load(); },
                                    .switches = switches_,
                                    .freeze = [this](std::chrono::nanoseconds time) { freezer_->freeze(time); },
                                    .kill = [] { ::kill(::getpid(), SIGKILL); },
                                    .supervisor = supervisor,
                                    .recorder = recorder,
                                    .watchers = observers({recorder})});
}

} // namespace paceline
