#include "actors/cluster_plan.hpp"

namespace paceline {

std::vector<worker_id> cluster_plan::worker_ids() const {
  std::vector<worker_id> ids;
  const auto mine = own_groups();
  for (std::uint32_t group = 0; group < mine.count; ++group)
    for (std::uint32_t index = 0; index < workers_per_group; ++index)
      ids.push_back({mine.first + group, index});
  return ids;
}

void cluster_plan::set_live(worker_id id, bool live) const {
  if (roster && !conducted())
    roster->set(std::size_t{id.group} * workers_per_group + id.index, live);
}

bool cluster_plan::is_live(worker_id id) const {
  return !roster || roster->is_live(std::size_t{id.group} * workers_per_group + id.index);
}

leadership_settings cluster_plan::group_leadership(std::uint32_t group) const {
  return {.scope = scope::group,
          .group = group,
          .members = workers_per_group,
          .period = strategy.period_group,
          .max_report_age = strategy.max_report_age,
          .verification = strategy.verification,
          .loss_window = strategy.loss_window};
}

leadership_settings cluster_plan::global_leadership() const {
  return {.scope = scope::global,
          .group = 0,
          .members = groups,
          .workers_per_member = workers_per_group,
          .period = strategy.period_global,
          .max_report_age = strategy.max_report_age,
          .verification = strategy.verification,
          .loss_window = strategy.loss_window};
}

} // namespace paceline
