#include "cluster/launch/merged_state.hpp"

#include "cluster/checkpoint/parameter_file.hpp"
#include "cluster/config/model_json.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace paceline {

merged_state::merged_state(std::uint32_t groups, std::uint32_t workers_per_group)
  : workers_per_group_(workers_per_group) {
  state_.groups.resize(groups);
}

void merged_state::add(const std::filesystem::path& checkpoint, std::uint32_t first, std::uint32_t count) {
  if (!network_) {
    const parameter_file file(checkpoint);
    const auto described = config_json::parse(file.text("model"), nullptr, false);
    const auto classes = file.metadata().find("classes");
    origin_ = {.model = file.text("model"),
               .data = file.text("data"),
               .classes = classes == file.metadata().end() ? "" : classes->second};
    network_ = model_from_json(described, file.path().string());
  }
  auto found = load_checkpoint(checkpoint, network_->parameters());
  for (const auto& worker : found.workers)
    if (worker.id.group < first || worker.id.group - first >= count || worker.id.index >= workers_per_group_)
      throw invalid_input(
        fmt::format("{}: holds worker {}, which is none of the node's", checkpoint.string(), to_string(worker.id)));
  // Where the seat moved at the end, what the last holder began is next to nothing.
  if (has_begun(found.centre) && (!state_.centre || found.centre->exchanges > state_.centre->exchanges))
    state_.centre = std::move(found.centre);
  state_.total_steps += found.total_steps;
  state_.training_time = std::max(state_.training_time, found.training_time);
  std::move(found.workers.begin(), found.workers.end(), std::back_inserter(state_.workers));
  for (std::size_t i = 0; i < found.groups.size() && found.first_group + i < state_.groups.size(); ++i)
    state_.groups[found.first_group + i] = std::move(found.groups[i]);
  const auto order = [](const leadership_state& global) { return std::pair(global.term, global.decisions); };
  if (order(found.global) >= order(state_.global))
    state_.global = std::move(found.global);
}

void merged_state::complete(std::size_t loss_window) {
  assert(!empty());
  std::sort(state_.workers.begin(), state_.workers.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  align_coordinators(state_, static_cast<std::uint32_t>(state_.groups.size()), workers_per_group_);
  choose_leader(state_, loss_window);
}

void merged_state::save(const std::filesystem::path& folder, std::size_t keep) const {
  save_checkpoint(folder, state_, network_->parameters(), origin_, keep);
}

} // namespace paceline
