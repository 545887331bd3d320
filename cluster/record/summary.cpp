#include "cluster/record/summary.hpp"

#include "cluster/console/count_text.hpp"
#include "cluster/console/duration_text.hpp"
#include "cluster/record/link_json.hpp"
#include "cluster/record/metrics.hpp"
#include "cluster/record/progress_json.hpp"
#include "cluster/wire/one_line.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <iterator>
#include <map>
#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

compute_counters total_of(const run_summary& summary) {
  compute_counters total;
  for (const auto& worker : summary.workers)
    total += worker.counters;
  return total;
}

std::uint64_t total_steps(const run_summary& summary) {
  std::uint64_t steps = 0;
  for (const auto& worker : summary.workers)
    steps += worker.report.steps;
  return steps;
}

/// 0 where no time was spent.
double steps_per_second(const run_summary& summary, const worker_progress& worker) {
  const auto own = summary.times_of_launch.find(worker.report.worker);
  const auto time = own == summary.times_of_launch.end() ? summary.training_time_of_launch : own->second;
  return time.count() > 0 ? static_cast<double>(worker.counters.steps) / in_seconds(time) : 0;
}

double steps_per_second(const run_summary& summary) {
  double sum = 0;
  for (const auto& worker : summary.workers)
    sum += steps_per_second(summary, worker);
  return sum;
}

std::uint64_t restarts_of(const run_summary& summary, worker_id id) {
  const auto found = summary.restarts.find(id);
  return found == summary.restarts.end() ? 0 : found->second;
}

std::string restarts_text(const run_summary& summary) {
  std::string text;
  for (const auto& [id, times] : summary.restarts)
    text += fmt::format("  restarted    worker {} {}\n", to_string(id), count_text(times, "time"));
  return text;
}

std::string unreadable_text(const unreadable_report& found) {
  if (found.count == 0)
    return {};
  auto text = fmt::format("  pictures     {} of the data set cannot be read and {} passed over:\n", found.count,
                          found.count == 1 ? "was" : "were");
  for (const auto& what : found.first)
    text += fmt::format("               {}\n", escaped(what));
  return text;
}

json worker_json(const run_summary& summary, const worker_progress& worker) {
  auto object = to_json(worker.counters);
  object["worker"] = to_string(worker.report.worker);
  object["steps"] = worker.report.steps;
  object["steps_per_second"] = steps_per_second(summary, worker);
  object["loss"] = worker.report.window_full ? finite_or_null(worker.report.loss) : json();
  object["restarts"] = restarts_of(summary, worker.report.worker);
  object["led_group"] = summary.leadership.group_share(worker.report.worker);
  object["led_global"] = summary.leadership.global_share(worker.report.worker);
  return object;
}

std::uint64_t decisions_of(const run_summary& summary) {
  return summary.leadership.group_decisions() + summary.leadership.global_decisions();
}

std::string test_text(const run_summary& summary) {
  const auto& test = summary.final_test;
  if (!test)
    return "  test error   not measured\n";
  // A function has a value and no errors.
  const bool has_errors = std::isfinite(test->centre.error) || std::isnan(test->centre.loss);
  const auto found = [&](const test_score& score) {
    return has_errors ? fmt::format("{:.2f} %", 100 * score.error) : fmt::format("{:.6g}", score.loss);
  };
  // Whoever has the least loss is tested; only a decision makes a leader of it.
  const auto leader = test->leader ? fmt::format("{} {} (worker {})", decisions_of(summary) == 0 ? "best" : "leader",
                                                 found(*test->leader), to_string(test->leader_id))
                                   : std::string("nobody leads");
  return fmt::format("  {:<11}  centre {}, {}\n", has_errors ? "test error" : "value", found(test->centre), leader);
}

std::string loss_text(const loss_report& report) {
  if (!report.window_full)
    return "-";
  if (!std::isfinite(report.loss))
    return "diverged";
  return std::abs(report.loss) < 1000 ? fmt::format("{:.4f}", report.loss) : fmt::format("{:.3g}", report.loss);
}

/// Each worker's, and the first of every other kind: a full disk fails again and again.
std::string failures_text(const std::vector<failure>& failures) {
  std::string text;
  std::map<failure_code, std::size_t> times;
  for (const auto& failure : failures) {
    if (is_of_a_worker(failure.code))
      text += fmt::format("  failure      worker {}: {}\n", to_string(failure.worker), escaped(failure.what));
    else if (++times[failure.code] == 1)
      text += fmt::format("  failure      {}\n", escaped(failure.what));
  }
  for (const auto& [code, count] : times)
    if (count > 1)
      text += fmt::format("  failure      {}: {} times in all\n", to_string(code), count);
  return text;
}

json node_json(const node_summary& node) {
  return {{"node", node.name},
          {"first_group", node.first_group},
          {"groups", node.groups},
          {"steps", node.steps},
          {"restarts", node.restarts ? json(*node.restarts) : json()},
          {"exit_code", node.exit_code ? json(*node.exit_code) : json()},
          {"in_centre", node.in_centre},
          {"met_others", node.met_others},
          {"link", node.link ? to_json(*node.link) : json()}};
}

std::string ended_text(const node_summary& node) {
  constexpr int interrupted = 130;
  if (!node.exit_code)
    return node.in_centre ? "ended" : "lost";
  if (*node.exit_code == 0)
    return "finished";
  if (*node.exit_code == interrupted)
    return "interrupted";
  constexpr int last_signal = 64;
  const auto signal = *node.exit_code - 128;
  return signal > 0 && signal <= last_signal ? fmt::format("died of signal {}", signal)
                                             : fmt::format("exit code {}", *node.exit_code);
}

std::string nodes_text(const std::vector<node_summary>& nodes) {
  if (nodes.empty())
    return {};
  std::string text = "  node             groups     steps  restarts  end\n";
  for (const auto& node : nodes) {
    const auto groups = node.groups == 1 ? std::to_string(node.first_group)
                                         : fmt::format("{}-{}", node.first_group, node.first_group + node.groups - 1);
    text += fmt::format("  {:<14} {:>8} {:>9} {:>9}  {}{}\n", node.name, groups, node.steps,
                        node.restarts ? std::to_string(*node.restarts) : "-", ended_text(node),
                        node.in_centre ? "" : ", not in the centre");
  }
  return text;
}

/// A line for each node that refused something.
std::string refused_text(const run_summary& summary) {
  std::string text;
  const auto add = [&](const std::string& whose, const std::optional<link_counters>& link) {
    if (const auto refused = link ? refused_text(*link) : std::string(); !refused.empty())
      text += fmt::format("  refused      {}{}\n", whose, refused);
  };
  add("", summary.link);
  for (const auto& node : summary.nodes)
    add(fmt::format("by {}: ", node.name), node.link);
  return text;
}

std::string share_text(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

} // namespace

const char* to_string(run_outcome outcome) {
  switch (outcome) {
    case run_outcome::finished:
      return "finished";
    case run_outcome::interrupted:
      return "interrupted";
    case run_outcome::failed:
      return "failed";
  }
  return "unknown";
}

void fail_where_all_diverged(run_summary& summary) {
  const auto& test = summary.final_test;
  if (!test || std::isfinite(test->centre.loss) || (test->leader && std::isfinite(test->leader->loss)))
    return;
  summary.failures.push_back({.code = failure_code::evaluation_failed,
                              .worker = {},
                              .what = "the loss of its centre is not finite, and no worker has a better one"});
  summary.outcome = run_outcome::failed;
}

json to_json(const run_summary& summary) {
  auto workers = json::array();
  for (const auto& worker : summary.workers)
    workers.push_back(worker_json(summary, worker));
  auto failures = json::array();
  for (const auto& failure : summary.failures)
    failures.push_back({{"code", to_string(failure.code)},
                        {"worker", is_of_a_worker(failure.code) ? json(to_string(failure.worker)) : json()},
                        {"what", failure.what}});
  auto faults = json::array();
  for (const auto& outcome : summary.faults)
    faults.push_back(to_json(outcome));
  const auto total = total_of(summary);
  json object = {{"name", summary.name},
                 {"outcome", to_string(summary.outcome)},
                 {"training_time", in_seconds(summary.training_time)},
                 {"wall_time", in_seconds(summary.wall_time)},
                 {"total_steps", total_steps(summary)},
                 {"steps_per_second", steps_per_second(summary)},
                 {"final_test", summary.final_test ? to_json(*summary.final_test) : json()},
                 {"leadership",
                  {{"group_decisions", summary.leadership.group_decisions()},
                   {"global_decisions", summary.leadership.global_decisions()},
                   {"changes", summary.leadership.changes()},
                   {"distinct_leaders", summary.leadership.distinct_leaders()}}},
                 {"totals", to_json(total)},
                 {"dropped_records", summary.dropped_records},
                 {"unreadable_pictures", {{"count", summary.unreadable.count}, {"first", summary.unreadable.first}}},
                 {"workers", std::move(workers)},
                 {"failures", std::move(failures)},
                 {"faults", std::move(faults)}};
  if (summary.link)
    object["link"] = to_json(*summary.link);
  if (!summary.nodes.empty()) {
    auto& nodes = object["nodes"] = json::array();
    for (const auto& node : summary.nodes)
      nodes.push_back(node_json(node));
  }
  return object;
}

std::string to_text(const run_summary& summary) {
  const auto total = total_of(summary);
  const auto& leadership = summary.leadership;
  std::string text;
  const auto add = std::back_inserter(text);
  fmt::format_to(add, "{} {}: {} steps in {} of training, {:.1f} steps/s\n", escaped(summary.name),
                 to_string(summary.outcome), total_steps(summary), to_clock_text(summary.training_time),
                 steps_per_second(summary));
  text += test_text(summary);
  if (decisions_of(summary) == 0)
    text += total.exchanges > 0 ? "  leadership   none: workers exchange with a centre\n"
                                : "  leadership   nobody led: no decision fell due before the end\n";
  else
    fmt::format_to(add, "  leadership   {} of {} workers led; it changed hands {} in {}\n",
                   leadership.distinct_leaders(), std::max(summary.workers.size(), summary.workers_of_run),
                   count_text(leadership.changes(), "time"), count_text(decisions_of(summary), "decision"));
  text += "  worker     steps   steps/s      loss   led group   led all\n";
  for (const auto& worker : summary.workers) {
    fmt::format_to(add, "  {:<6} {:>9} {:>9.2f} {:>9} {:>11} {:>9}\n", to_string(worker.report.worker),
                   worker.report.steps, steps_per_second(summary, worker), loss_text(worker.report),
                   share_text(leadership.group_share(worker.report.worker)),
                   share_text(leadership.global_share(worker.report.worker)));
  }
  text += nodes_text(summary.nodes);
  fmt::format_to(add, "  waited       {:.3f} s for messages, {:.3f} s for data (all workers together)\n",
                 in_seconds(total.waited_for_messages), in_seconds(total.waited_for_data));
  if (total.exchanges > 0)
    fmt::format_to(add, "  exchange     {} with the centre\n", total.exchanges);
  else
    fmt::format_to(add, "  exchange     {} snapshots taken, {} group and {} global pulls\n", total.snapshots_taken,
                   total.pulls_group, total.pulls_global);
  fmt::format_to(add, "               {} superseded, {} recoveries\n", total.superseded, total.recoveries);
  if (summary.dropped_records > 0)
    fmt::format_to(add, "  records      {} of progress and pulls were dropped: the disk was too slow\n",
                   summary.dropped_records);
  text += refused_text(summary);
  text += unreadable_text(summary.unreadable);
  text += restarts_text(summary);
  text += failures_text(summary.failures);
  for (const auto& outcome : summary.faults)
    fmt::format_to(add, "  fault        {}\n", to_text(outcome));
  return text;
}

} // namespace paceline
