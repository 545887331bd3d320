#include "cluster/report/run_gatherer.hpp"

#include "cluster/record/metrics.hpp"
#include "cluster/record/progress_json.hpp"
#include "cluster/record/record_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace paceline {

namespace {

using nlohmann::json;

constexpr std::size_t most_samples = 4000;
/// Of which quantiles are taken.
constexpr std::size_t most_pull_samples = 20000;

double number_of(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_number() ? found->get<double>() : not_measured;
}

/// A count of which only the rise since a process began is known: what it rose by since `before`.
template <class Count>
Count rise(Count before, Count now) {
  return now >= before ? now - before : now;
}

std::uint64_t workers_that_test(const run_config& config, const std::string& node) {
  const auto found =
    std::find_if(config.nodes.begin(), config.nodes.end(), [&](const auto& each) { return each.name == node; });
  return std::uint64_t{found == config.nodes.end() ? config.groups.count : found->groups} * config.groups.workers;
}

template <class Sample>
std::vector<Sample> in_order_of_time(const sparse_samples<Sample>& samples) {
  auto values = samples.values();
  // Nodes tell on clocks of their own.
  std::stable_sort(values.begin(), values.end(),
                   [](const Sample& a, const Sample& b) { return a.time_seconds < b.time_seconds; });
  return values;
}

void end_span(led_span& span, double time) {
  span.end_seconds = std::max(span.begin_seconds, time);
}

} // namespace

run_gatherer::run_gatherer(const run_config& config)
  : config_(config),
    progress_(most_samples),
    group_pulls_(most_pull_samples),
    global_pulls_(most_pull_samples),
    traffic_(most_samples) {}

bool run_gatherer::add_record(const json& record) {
  const auto time = in_seconds(time_of(record));
  const auto progress = progress_of(record);
  const auto type = text_of(record, "type");
  const auto leader = type == "leader" ? worker_id_from_text(text_of(record, "leader")) : std::nullopt;
  if (time < 0 || (progress && !has_worker(progress->report.worker)) || (leader && !has_worker(*leader)))
    return false;
  latest_time_ = std::max(latest_time_, time);
  if (progress)
    add_progress(*progress);
  else if (type == "pull")
    add_pull(record, time);
  else if (leader)
    add_decision(record, *leader, time);
  else if (type == "evaluation")
    add_test(record, time);
  else if (type == "link")
    add_traffic(record, time);
  return true;
}

void run_gatherer::add_progress(const worker_progress& progress) {
  if (!round_.insert(progress.report.worker).second) {
    end_round();
    round_ = {progress.report.worker};
  }
  auto& state = workers_[progress.report.worker];
  const auto& before = state.latest.counters;
  const auto& now = progress.counters;
  const auto copies_now = now.snapshots_taken + now.pulls_group + now.pulls_global + 2 * now.exchanges;
  copies_ += rise(state.copies, copies_now);
  group_pull_count_ += rise(before.pulls_group, now.pulls_group);
  global_pull_count_ += rise(before.pulls_global, now.pulls_global);
  exchange_count_ += rise(before.exchanges, now.exchanges);
  state.copies = copies_now;
  state.latest = progress;
}

void run_gatherer::end_round() {
  progress_sample sample{.copies = static_cast<double>(copies_)};
  double losses = 0;
  std::size_t count = 0;
  for (const auto& [id, state] : workers_) {
    const auto& report = state.latest.report;
    sample.total_steps += static_cast<double>(report.steps);
    sample.time_seconds = std::max(sample.time_seconds, in_seconds(report.measured_at));
    if (!report.window_full || !std::isfinite(report.loss))
      continue;
    losses += report.loss;
    ++count;
  }
  sample.steps = sample.total_steps / static_cast<double>(workers_.size());
  if (count > 0)
    sample.loss = losses / static_cast<double>(count);
  progress_.add(sample);
}

void run_gatherer::add_pull(const json& record, double time) {
  auto& pulls = text_of(record, "scope") == to_string(scope::global) ? global_pulls_ : group_pulls_;
  pulls.add({.time_seconds = time, .distance = number_of(record, "distance"), .age_seconds = number_of(record, "age")});
}

void run_gatherer::add_decision(const json& record, worker_id leader, double time) {
  leadership_.add_record(record);
  const led_span span{.leader = leader, .begin_seconds = time, .end_seconds = time};
  if (text_of(record, "scope") == to_string(scope::global)) {
    if (!global_leaders_.empty() && global_leaders_.back().leader == leader)
      return;
    if (!global_leaders_.empty())
      end_span(global_leaders_.back(), time);
    global_leaders_.push_back(span);
    return;
  }
  const auto present = present_group_leaders_.find(leader.group);
  if (present != present_group_leaders_.end()) {
    if (group_leaders_[present->second].leader == leader)
      return;
    end_span(group_leaders_[present->second], time);
  }
  present_group_leaders_[leader.group] = group_leaders_.size();
  group_leaders_.push_back(span);
}

void run_gatherer::add_test(const json& record, double time) {
  const auto node = text_of(record, "told_by");
  const auto workers = static_cast<double>(workers_that_test(config_, node));
  const run_test test{.time_seconds = time,
                      .steps = number_of(record, "total_steps") / workers,
                      .centre_error = number_of(record, "centre_error"),
                      .centre_loss = number_of(record, "centre_loss"),
                      .leader_error = number_of(record, "leader_error"),
                      .leader_loss = number_of(record, "leader_loss")};
  tests_.try_emplace(node, most_samples).first->second.add(test);
}

void run_gatherer::add_traffic(const json& record, double time) {
  const auto sent = number_of(record, "bytes_sent");
  if (!std::isfinite(sent))
    return;
  auto& [present, earlier] = sent_bytes_[text_of(record, "told_by")];
  if (sent < present)
    earlier += present;
  present = sent;
  traffic_.add({.node = text_of(record, "told_by"), .time_seconds = time, .sent_bytes = earlier + present});
}

/// Each node's log is one after the other, and what they sent is added up in the order of time.
std::vector<traffic_sample> run_gatherer::traffic_of_all() const {
  std::map<std::string, double> sent;
  std::vector<traffic_sample> all;
  for (const auto& one : in_order_of_time(traffic_)) {
    sent[one.node] = one.sent_bytes;
    double sum = 0;
    for (const auto& [node, bytes] : sent)
      sum += bytes;
    all.push_back({.time_seconds = one.time_seconds, .sent_bytes = sum});
  }
  return all;
}

void run_gatherer::finish(run_data& data) {
  if (!round_.empty())
    end_round();
  if (!global_leaders_.empty())
    end_span(global_leaders_.back(), latest_time_);
  for (const auto& [group, place] : present_group_leaders_)
    end_span(group_leaders_[place], latest_time_);
  for (const auto& [node, tests] : tests_)
    data.tests[node] = in_order_of_time(tests);
  data.progress = in_order_of_time(progress_);
  data.group_pulls = in_order_of_time(group_pulls_);
  data.global_pulls = in_order_of_time(global_pulls_);
  data.traffic = traffic_of_all();
  data.global_leaders = std::move(global_leaders_);
  data.group_leaders = std::move(group_leaders_);
  data.leadership = std::move(leadership_);
  for (const auto& [id, state] : workers_) {
    data.workers.insert(id);
    data.total_steps += static_cast<double>(state.latest.report.steps);
  }
  data.group_pull_count = group_pull_count_;
  data.global_pull_count = global_pull_count_;
  data.exchange_count = exchange_count_;
  data.training_seconds = latest_time_;
}

} // namespace paceline
