#include "cluster/launch/earlier_part.hpp"

#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/record/metrics.hpp"
#include "cluster/record/record_fields.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace paceline {
namespace {

/// The checkpoint has momentum, and a second moment, exactly where the optimiser does.
void require_optimizer(const run_state& state, const run_config& config) {
  const auto optimiser = optimiser_of(config);
  for (const auto& worker : state.workers) {
    const auto& saved = worker.training.optimiser;
    const auto moments = (saved.velocity.empty() ? 0u : 1u) + (saved.second_moment.empty() ? 0u : 1u);
    if (moments != optimiser.moments())
      throw invalid_input(fmt::format(
        "worker {} was saved {} momentum, but optimizer.momentum is {}", to_string(worker.id),
        saved.velocity.empty() ? "without" : (saved.second_moment.empty() ? "with" : "by adamw, with another kind of"),
        optimiser.momentum));
  }
}

/// The checkpoint; nothing where it is damaged, which goes to `damaged`. A file that is missing was lost, any other failure of the system may
/// be over by the next try.
std::optional<run_state> read_undamaged(const std::filesystem::path& checkpoint, const parameter_layout& layout,
                                        std::vector<damaged_checkpoint>& damaged) {
  try {
    return load_checkpoint(checkpoint, layout);
  } catch (const invalid_input& damage) {
    damaged.push_back({checkpoint, damage.what()});
  } catch (const io_failure& failure) {
    if (failure.error_number() != ENOENT)
      throw;
    damaged.push_back({checkpoint, failure.what()});
  }
  return std::nullopt;
}

} // namespace

earlier_state load_state(const run_folder& folder, const parameter_layout& layout, const cluster_plan& plan,
                         const run_config& config, bool without_one) {
  remove_unfinished_checkpoints(folder.checkpoints());
  earlier_state found;
  for (const auto& checkpoint : list_checkpoints(folder.checkpoints())) {
    auto state = read_undamaged(checkpoint, layout, found.damaged);
    if (!state)
      continue;
    try {
      complete_workers(*state, plan);
      require_optimizer(*state, config);
    } catch (const invalid_input& misfit) {
      throw invalid_input(fmt::format("{}: {}", checkpoint.string(), misfit.what()));
    }
    found.state = std::make_shared<const run_state>(std::move(*state));
    found.checkpoint = checkpoint;
    return found;
  }
  if (!found.damaged.empty() && !without_one)
    throw invalid_input(found.damaged.front().why);
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
