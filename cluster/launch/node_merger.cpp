#include "cluster/launch/node_merger.hpp"

#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/faults/fault_roster.hpp"
#include "cluster/files/atomic_file.hpp"
#include "cluster/files/json_file.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/files/json_text.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/launcher.hpp"
#include "cluster/launch/memory_check.hpp"
#include "cluster/launch/merged_state.hpp"
#include "cluster/launch/task.hpp"
#include "cluster/record/link_json.hpp"
#include "cluster/record/merged_logs.hpp"
#include "cluster/record/metrics.hpp"
#include "cluster/record/record_fields.hpp"
#include "compute/classification.hpp"
#include "compute/errors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace paceline {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int finished_code = static_cast<int>(launch_exit::finished);
constexpr int interrupted_code = static_cast<int>(launch_exit::interrupted);

/// What one node left.
struct node_remains {
  const run_config::node_section* node = nullptr;
  fs::path folder;
  std::optional<supervised_end> end;
  /// Its own summary; null where it did not come to write one.
  json summary;

  /// Whether it rode until the run's end, or until people stopped it.
  bool rode_to_the_end() const {
    if (end && end->code)
      return end->code == finished_code || end->code == interrupted_code || end->stopped;
    return summary.is_object();
  }

  /// A duration that its summary gives in seconds, or 0.
  std::chrono::nanoseconds duration(const char* key) const {
    const auto value = summary.is_object() ? summary.value(key, json()) : json();
    const std::chrono::duration<double> seconds(value.is_number() ? value.get<double>() : 0.0);
    return std::chrono::round<std::chrono::nanoseconds>(seconds);
  }

  /// Of the files that it found.
  unreadable_report unreadable() const {
    unreadable_report report;
    const auto found = summary.is_object() ? summary.value("unreadable_pictures", json()) : json();
    if (!found.is_object() || !found.value("count", json()).is_number_unsigned())
      return report;
    report.count = found["count"].get<std::size_t>();
    for (const auto& what : found.value("first", json()))
      if (what.is_string() && report.first.size() < unreadable_report::most_told)
        report.first.push_back(what.get<std::string>());
    return report;
  }

  /// Training time since its process began, from what it says about its rate.
  std::chrono::nanoseconds time_of_launch() const {
    if (!summary.is_object())
      return {};
    const auto rate = summary.value("steps_per_second", json());
    const auto totals = summary.value("totals", json());
    const auto steps = totals.is_object() ? totals.value("steps_since_start", json()) : json();
    if (!rate.is_number() || !steps.is_number() || rate.get<double>() <= 0)
      return {};
    return std::chrono::round<std::chrono::nanoseconds>(
      std::chrono::duration<double>(steps.get<double>() / rate.get<double>()));
  }
};

/// Where nobody saw how a node ended, its summary may be that of the part before: the launching process wrote `ends` in this one.
bool is_newer(const fs::path& summary, const fs::path& ends) {
  std::error_code error;
  const auto written = fs::last_write_time(summary, error);
  return !error && written >= fs::last_write_time(ends, error) && !error;
}

std::vector<node_remains> remains_of(const run_config& config, const run_folder& folder,
                                     const std::vector<supervised_end>& ends) {
  std::vector<node_remains> all;
  for (const auto& node : config.nodes) {
    node_remains remains{.node = &node, .folder = node_folder(folder.path(), node.name)};
    const auto end = std::find_if(ends.begin(), ends.end(), [&](const auto& e) { return e.name == node.name; });
    if (end != ends.end())
      remains.end = *end;
    const auto summary = remains.folder / "summary.json";
    if (!remains.end || remains.end->code || is_newer(summary, folder.node_ends()))
      remains.summary = read_json_or_null(summary);
    all.push_back(std::move(remains));
  }
  return all;
}

/// The worker whose restart a record tells of.
std::optional<worker_id> restarted_worker(const json& record) {
  if (record.value("type", json()) != "restart" || !record.value("restarts", json()).is_number_unsigned())
    return std::nullopt;
  const auto worker = record.value("worker", json());
  return worker.is_string() ? worker_id_from_text(worker.get<std::string>()) : std::nullopt;
}

/// By the node's name.
struct told_by_nodes {
  /// What passed its link.
  std::map<std::string, link_counters> traffic;
  /// Those to which another one came, and who came.
  std::set<std::string> met_others;
};

/// Merges both logs, and counts what they tell.
told_by_nodes take_logs(const run_config& config, const run_folder& folder, const std::vector<node_remains>& nodes,
                        run_summary& summary) {
  std::vector<node_log> metrics;
  std::vector<node_log> leadership;
  for (const auto& remains : nodes) {
    metrics.push_back({remains.node->name, remains.folder / folder.metrics().filename()});
    leadership.push_back({remains.node->name, remains.folder / folder.leadership().filename()});
  }
  merge_logs(leadership, folder.leadership(), [&](const json& record) { summary.leadership.add_record(record); });
  std::map<worker_id, worker_progress> latest;
  told_by_nodes told;
  fault_tally faults(roster_of(config));
  merge_logs(metrics, folder.metrics(), [&](const json& record) {
    summary.training_time = std::max(summary.training_time, time_of(record));
    if (auto progress = progress_of(record))
      latest[progress->report.worker] = *progress;
    if (text_of(record, "type") == "link")
      told.traffic[text_of(record, "told_by")] = link_counters_from_json(record);
    if (text_of(record, "type") == "node" && record.value("live", json()) == true)
      told.met_others.insert({text_of(record, "told_by"), text_of(record, "node")});
    if (const auto worker = restarted_worker(record))
      summary.restarts[*worker] = record.value("restarts", std::uint64_t{0});
    if (auto found = failure_of(record))
      summary.failures.push_back(std::move(*found));
    faults.add_record(record);
  });
  summary.faults = faults.outcomes();
  for (const auto& [id, progress] : latest)
    summary.workers.push_back(progress);
  return told;
}

void add_nodes(const run_config& config, const std::vector<node_remains>& nodes, const told_by_nodes& told,
               run_summary& summary) {
  for (const auto& remains : nodes) {
    node_summary line{.name = remains.node->name,
                      .first_group = first_group_of(config, remains.node->name),
                      .groups = remains.node->groups};
    for (const auto& worker : summary.workers)
      if (worker.report.worker.group - line.first_group < line.groups)
        line.steps += worker.report.steps;
    if (remains.end) {
      line.restarts = remains.end->restarts;
      line.exit_code = remains.end->code;
    }
    line.met_others = told.met_others.contains(line.name);
    if (const auto found = told.traffic.find(line.name); found != told.traffic.end())
      line.link = found->second;
    summary.nodes.push_back(std::move(line));
  }
}

/// The checkpoints of the nodes that rode to the end; of all where none did.
merged_state take_states(const run_config& config, const std::vector<node_remains>& nodes, run_summary& summary) {
  const bool any = std::any_of(nodes.begin(), nodes.end(), [](const auto& n) { return n.rode_to_the_end(); });
  merged_state merged(config.groups.count, config.groups.workers);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& remains = nodes[i];
    std::error_code ignored;
    if ((any && !remains.rode_to_the_end()) || !std::filesystem::is_directory(remains.folder / "checkpoints", ignored))
      continue;
    for (const auto& checkpoint : list_checkpoints(remains.folder / "checkpoints")) {
      try {
        merged.add(checkpoint, first_group_of(config, remains.node->name), remains.node->groups);
        summary.nodes[i].in_centre = true;
        break;
      } catch (const std::exception& damaged) {
        summary.failures.push_back({.code = failure_code::checkpoint_failed, .what = damaged.what()});
      }
    }
  }
  return merged;
}

evaluation test_state(const run_config& config, const run_state& state, const model& network) {
  const auto data = load_dataset(config.data);
  auto how = config.data.augment;
  how.crop = network.input().height;
  classification_test test(network, *make_cpu_backend(), data, how, test_batch_of(network, data->test->size()));
  const auto score = [&](std::span<const float> parameters) {
    const auto found = test.run(parameters);
    return test_score{.loss = found.loss, .error = found.error};
  };
  evaluation result{.total_steps = state.total_steps, .training_time = state.training_time};
  result.centre = score(centre_of(state));
  if (state.leader) {
    const auto leader = std::find_if(state.workers.begin(), state.workers.end(),
                                     [&](const auto& worker) { return worker.id == *state.leader; });
    result.leader = score(leader->training.parameters);
    result.leader_id = *state.leader;
  }
  return result;
}

/// Tests the centre and the leader; where that fails the summary says why and has no test.
void test_and_record(const run_config& config, const run_folder& folder, const merged_state& merged,
                     run_summary& summary) {
  try {
    summary.final_test = test_state(config, merged.state(), merged.network());
    json_lines(folder.metrics()).append(to_record(*summary.final_test, std::chrono::system_clock::now()));
  } catch (const std::exception& e) {
    summary.failures.push_back({.code = failure_code::evaluation_failed, .what = e.what()});
  }
}

run_outcome outcome_of(const std::vector<node_remains>& nodes) {
  const auto ended_as = [&](int code, run_outcome outcome) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const node_remains& n) {
      if (n.end && n.end->code)
        return n.end->code == code;
      return n.summary.is_object() && n.summary.value("outcome", json()) == to_string(outcome);
    });
  };
  if (ended_as(finished_code, run_outcome::finished))
    return run_outcome::finished;
  const auto was_stopped = [](const node_remains& n) { return n.end && n.end->stopped; };
  if (ended_as(interrupted_code, run_outcome::interrupted) || std::any_of(nodes.begin(), nodes.end(), was_stopped))
    return run_outcome::interrupted;
  return run_outcome::failed;
}

} // namespace

run_summary merge_nodes(const run_config& config, const run_folder& folder, const std::vector<supervised_end>& ends) {
  const auto nodes = remains_of(config, folder, ends);
  run_summary summary;
  summary.name = config.output.name;
  summary.outcome = outcome_of(nodes);
  const auto told = take_logs(config, folder, nodes, summary);
  add_nodes(config, nodes, told, summary);
  for (const auto& remains : nodes) {
    summary.training_time = std::max(summary.training_time, remains.duration("training_time"));
    const auto time = remains.time_of_launch();
    summary.training_time_of_launch = std::max(summary.training_time_of_launch, time);
    for (const auto& worker : summary.workers)
      if (worker.report.worker.group - first_group_of(config, remains.node->name) < remains.node->groups)
        summary.times_of_launch[worker.report.worker] = time;
    summary.wall_time = std::max(summary.wall_time, remains.duration("wall_time"));
    if (const auto dropped = remains.summary.is_object() ? remains.summary.value("dropped_records", json()) : json();
        dropped.is_number_unsigned())
      summary.dropped_records += dropped.get<std::uint64_t>();
    if (auto found = remains.unreadable(); found.count > summary.unreadable.count)
      summary.unreadable = std::move(found);
  }
  auto merged = take_states(config, nodes, summary);
  if (!merged.empty()) {
    merged.complete(strategy_of(config).loss_window);
    merged.save(folder.checkpoints(), config.output.keep_checkpoints);
    test_and_record(config, folder, merged, summary);
    fail_where_all_diverged(summary);
  }
  write_file_atomically(folder.summary(), json_text(to_json(summary), 2) + "\n");
  return summary;
}

} // namespace paceline
