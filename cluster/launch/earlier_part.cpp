#include "cluster/launch/earlier_part.hpp"

#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/record/metrics.hpp"
#include "cluster/record/record_fields.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace paceline {
namespace {

/// The checkpoint has momentum exactly where the optimiser does.
void require_optimizer(const run_state& state, const run_config& config) {
  const bool wanted = config.optimizer.momentum != 0;
  for (const auto& worker : state.workers)
    if (worker.training.velocity.empty() == wanted)
      throw invalid_input(fmt::format("worker {} was saved {} momentum, but optimizer.momentum is {}",
                                      to_string(worker.id), wanted ? "without" : "with", config.optimizer.momentum));
}

std::shared_ptr<const run_state> load_one(const std::filesystem::path& checkpoint, const parameter_layout& layout,
                                          const cluster_plan& plan, const run_config& config) {
  auto state = load_checkpoint(checkpoint, layout);
  try {
    complete_workers(state, plan);
    require_optimizer(state, config);
  } catch (const invalid_input& misfit) {
    throw invalid_input(fmt::format("{}: {}", checkpoint.string(), misfit.what()));
  }
  return std::make_shared<const run_state>(std::move(state));
}

struct unusable_checkpoint {
  std::filesystem::path path;
  std::string why;
};

} // namespace

earlier_state load_state(const run_folder& folder, const parameter_layout& layout, const cluster_plan& plan,
                         const run_config& config) {
  remove_unfinished_checkpoints(folder.checkpoints());
  earlier_state found;
  std::vector<unusable_checkpoint> unusable;
  std::exception_ptr of_the_latest;
  for (const auto& checkpoint : list_checkpoints(folder.checkpoints())) {
    try {
      found.state = load_one(checkpoint, layout, plan, config);
      break;
    } catch (const std::runtime_error& failure) {
      unusable.push_back({checkpoint, failure.what()});
      if (!of_the_latest)
        of_the_latest = std::current_exception();
    }
  }
  if (!found.state && of_the_latest)
    std::rethrow_exception(of_the_latest);
  for (const auto& [path, why] : unusable)
    // Else it would go on being the latest.
    found.set_aside.push_back(fmt::format("{}; goes on from the checkpoint before, this one is set aside as {}", why,
                                          set_aside_checkpoint(path).string()));
  return found;
}

namespace {

bool tells_of_trouble(const nlohmann::json& record) {
  constexpr std::string_view kinds[] = {"failure", "fault", "restart", "node", "notice"};
  const auto type = text_of(record, "type");
  return std::ranges::find(kinds, type) != std::end(kinds);
}

} // namespace

earlier_records trim_logs(const run_folder& folder, const std::shared_ptr<const run_state>& state) {
  earlier_records earlier;
  const auto stays = [&](const nlohmann::json& record) {
    if (!state || !recorded_before(record, *state))
      return false;
    earlier.latest = std::max(earlier.latest, time_of(record));
    return true;
  };
  keep_json_lines(folder.metrics(), [&](const nlohmann::json& record) {
    if (text_of(record, "type") == "fault")
      earlier.latest_fault = std::max(earlier.latest_fault, time_of(record));
    return stays(record) || tells_of_trouble(record);
  });
  keep_json_lines(folder.leadership(), [&](const nlohmann::json& record) {
    if (!stays(record))
      return false;
    earlier.leadership.add_record(record);
    return true;
  });
  return earlier;
}

earlier_records count_logs(const run_folder& folder) {
  earlier_records earlier;
  const auto counts = [&](const nlohmann::json& record) {
    earlier.latest = std::max(earlier.latest, time_of(record));
    if (text_of(record, "type") == "fault")
      earlier.latest_fault = std::max(earlier.latest_fault, time_of(record));
    return true;
  };
  keep_json_lines(folder.metrics(), counts);
  keep_json_lines(folder.leadership(), [&](const nlohmann::json& record) {
    earlier.leadership.add_record(record);
    return counts(record);
  });
  return earlier;
}

} // namespace paceline
