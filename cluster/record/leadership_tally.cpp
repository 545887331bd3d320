#include "cluster/record/leadership_tally.hpp"

#include <nlohmann/json.hpp>

namespace paceline {

void leadership_tally::add(const leader_announcement& decision) {
  if (decision.scope == scope::global) {
    count(global_, decision.leader);
  } else {
    count(groups_[decision.group], decision.leader);
    ++group_decisions_;
  }
}

void leadership_tally::add_record(const nlohmann::json& record) {
  const auto text = [&](const char* key) {
    const auto found = record.find(key);
    return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto leader = worker_id_from_text(text("leader"));
  if (text("type") != "leader" || !leader)
    return;
  leader_announcement decision;
  decision.scope = text("scope") == to_string(scope::global) ? scope::global : scope::group;
  // A group decides among its own workers alone.
  decision.group = leader->group;
  decision.leader = *leader;
  add(decision);
}

double leadership_tally::group_share(worker_id worker) const {
  const auto group = groups_.find(worker.group);
  return group == groups_.end() ? 0 : group->second.share(worker);
}

double leadership_tally::global_share(worker_id worker) const {
  return global_.share(worker);
}

double leadership_tally::counts::share(worker_id worker) const {
  const auto found = led.find(worker);
  return found == led.end() ? 0 : static_cast<double>(found->second) / static_cast<double>(decisions);
}

void leadership_tally::count(counts& where, worker_id leader) {
  ++where.decisions;
  ++where.led[leader];
  if (where.latest && *where.latest != leader)
    ++changes_;
  where.latest = leader;
  leaders_.insert(leader);
}

} // namespace paceline
