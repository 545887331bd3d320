#include "cluster/bench/latency_bench.hpp"

#include "cluster/bench/loopback.hpp"
#include "cluster/bench/paced_node.hpp"
#include "cluster/bench/pull_latency.hpp"
#include "cluster/bench/quantile.hpp"
#include "compute/counter_random.hpp"
#include "messages/type_ids.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>

namespace paceline {

namespace {

using time_point = paced_steps::time_point;

/// Turns in the lead. Turn j is of worker j modulo their number; it begins in the course of the period 3 j, at a step that is
/// anywhere in it, and brings the lowest loss so far. Steps are those of a worker that would begin with the benchmark and make each in
/// the same time: real ones begin when they can, and the turns of two nodes are to follow each other all the same.
class turns {
 public:
  turns(std::uint32_t workers, std::uint64_t tau) : workers_(workers), tau_(tau) {}

  std::uint64_t length() const { return 3 * tau_; }

  /// Of the worker at that position, which keeps what its latest turn brought.
  double loss(std::uint64_t step, std::uint64_t position) const {
    auto turn = step / length();
    if (step < begin_of(turn))
      --turn;
    while (turn % workers_ != position) {
      if (turn == 0)
        return 2;
      --turn;
    }
    return 1 / (1 + static_cast<double>(turn));
  }

 private:
  /// The first begins at once.
  std::uint64_t begin_of(std::uint64_t turn) const {
    constexpr std::uint64_t seed = 11;
    return turn == 0 ? 0 : turn * length() + random_bits(seed, turn) % tau_;
  }

  std::uint64_t workers_;
  std::uint64_t tau_;
};

/// What one node's actors told; written by one actor, read when that has ended.
struct trial_heard {
  /// How often the lead has changed. Readable at any time.
  std::atomic<std::uint32_t> changes = 0;
  std::vector<loss_report> reports;
  std::vector<leader_announcement> decisions;
  std::vector<pull_applied> pulls;
};

caf::message_handler listening(const std::shared_ptr<trial_heard>& to, scope of) {
  return {
    [to](const worker_progress& progress) { to->reports.push_back(progress.report); },
    [=](const leader_announcement& decision) {
      if (decision.scope != of)
        return;
      if (!to->decisions.empty() && to->decisions.back().leader != decision.leader)
        ++to->changes;
      to->decisions.push_back(decision);
    },
    [=](const pull_applied& pull) {
      if (pull.scope == of)
        to->pulls.push_back(pull);
    },
  };
}

void append(latency_record& all, const trial_heard& node, std::chrono::nanoseconds offset) {
  for (auto report : node.reports) {
    report.measured_at += offset;
    all.reports.push_back(report);
  }
  for (auto decision : node.decisions) {
    decision.decided_at += offset;
    all.decisions.push_back(decision);
  }
  all.pulls.insert(all.pulls.end(), node.pulls.begin(), node.pulls.end());
}

/// Each decision once, as whoever made it knows it: the others heard of it later.
void unite(std::vector<leader_announcement>& decisions) {
  const auto number = [](const leader_announcement& d) { return std::pair(d.term, d.decision); };
  std::ranges::sort(decisions, {}, [&](const auto& d) { return std::tuple(d.term, d.decision, d.decided_at); });
  const auto [first, last] = std::ranges::unique(decisions, {}, number);
  decisions.erase(first, last);
}

run_config config_of(const latency_bench_settings& settings, std::uint32_t nodes) {
  run_config config;
  config.groups = {.count = nodes, .workers = settings.workers / nodes};
  config.device.pin = false;
  config.strategy.period_group = nodes == 1 ? settings.tau : 0;
  config.strategy.period_global = nodes == 1 ? 0 : settings.tau;
  config.strategy.loss_window = 1;
  config.output.name = "bench-latency";
  constexpr int ports_a_node = 3;
  const int port = nodes == 1 ? 0 : free_loopback_ports(ports_a_node * static_cast<int>(nodes));
  for (std::uint32_t node = 0; nodes > 1 && node < nodes; ++node)
    config.nodes.push_back(
      {.name = fmt::format("n{}", node),
       .address = fmt::format("tcp://127.0.0.1:{}", port + ports_a_node * static_cast<int>(node))});
  return config;
}

class trial {
 public:
  trial(const latency_bench_settings& settings, std::uint32_t nodes)
    : settings_(settings), nodes_(nodes), config_(config_of(settings, nodes)), turns_(settings.workers, settings.tau) {
    for (std::uint32_t group = 0; group < nodes; ++group)
      for (std::uint32_t index = 0; index < config_.groups.workers; ++index)
        record_.steps[{group, index}].reserve(2 * settings_.changes * turns_.length());
  }

  latency_record run() {
    const auto of = nodes_ == 1 ? scope::group : scope::global;
    std::vector<std::shared_ptr<trial_heard>> told;
    std::vector<std::unique_ptr<paced_node>> running;
    for (std::uint32_t node = 0; node < nodes_; ++node) {
      told.push_back(std::make_shared<trial_heard>());
      running.push_back(std::make_unique<paced_node>(
        paced_node_settings{.config = config_,
                            .name = nodes_ == 1 ? std::string() : config_.nodes[node].name,
                            .steps_of = [this](worker_id id) { return steps_of(id); },
                            .budget = {.total_steps = std::nullopt, .training_time = longest_time()},
                            .watch = listening(told.back(), of)}));
    }
    // The last change is not whole before the next one.
    const auto until = std::chrono::steady_clock::now() + longest_time();
    while (told.front()->changes <= settings_.changes && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(step_time());
    for (const auto& node : running)
      node->stop();
    for (const auto& node : running)
      node->wait();
    for (std::uint32_t node = 0; node < nodes_; ++node)
      append(record_, *told[node], running[node]->clock_offset());
    running.clear();
    unite(record_.decisions);
    return std::move(record_);
  }

 private:
  /// Far longer than it takes on a machine that keeps up.
  std::chrono::nanoseconds longest_time() const {
    return 3 * settings_.changes * turns_.length() * step_time() + std::chrono::seconds(30);
  }

  std::chrono::nanoseconds step_time() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double, std::milli>(settings_.step_milliseconds));
  }

  paced_steps steps_of(worker_id id) {
    const auto position = std::uint64_t{id.group} * config_.groups.workers + id.index;
    const auto seed = derive_seed(7, position);
    auto& steps = record_.steps.at(id);
    return {.end_of =
              [=, lasts = step_time()](std::uint64_t step, time_point begins) {
                const auto share = 0.9 + 0.2 * static_cast<double>(random_uniform(seed, step));
                return begins + std::chrono::duration_cast<std::chrono::nanoseconds>(share * lasts);
              },
            .loss_of =
              [=, this](std::uint64_t) {
                const auto step = (std::chrono::steady_clock::now() - began_at_) / step_time();
                return turns_.loss(static_cast<std::uint64_t>(step), position);
              },
            .made =
              [&steps](std::uint64_t, time_point began, time_point ended) {
                steps.push_back({began.time_since_epoch(), ended.time_since_epoch()});
              }};
  }

  latency_bench_settings settings_;
  std::uint32_t nodes_;
  run_config config_;
  turns turns_;
  time_point began_at_ = std::chrono::steady_clock::now();
  latency_record record_;
};

latency_bench_result::way measure(const latency_bench_settings& settings, std::uint32_t nodes,
                                  const std::string& name) {
  const auto record = trial(settings, nodes).run();
  const auto found = find_pull_latencies(
    record, [&](worker_id leader, worker_id follower) { return nodes == 1 || leader.group != follower.group; });
  if (found.pulls.empty())
    throw std::runtime_error(fmt::format("bench latency: nobody was pulled {}", name));
  const auto step_seconds = median_step_seconds(record);
  const auto quantiles = [&](std::chrono::nanoseconds pull_latency::*of) {
    std::vector<double> steps;
    for (const auto& pull : found.pulls)
      steps.push_back(std::chrono::duration<double>(pull.*of).count() / step_seconds);
    return latency_bench_result::quantiles{quantile(steps, 0.5), quantile(steps, 0.9)};
  };
  return {.name = name,
          .step_seconds = step_seconds,
          .changes = found.changes,
          .pulls = found.pulls.size(),
          .missed = found.missed,
          .from_decision = quantiles(&pull_latency::from_decision),
          .from_crossing = quantiles(&pull_latency::from_crossing)};
}

} // namespace

latency_bench_result run_latency_bench(const latency_bench_settings& settings) {
  if (settings.workers < 2 || settings.workers % 2 != 0)
    throw invalid_input(fmt::format(
      "bench latency: --workers: found {}, allowed: even numbers, half on each of two nodes", settings.workers));
  return {{measure(settings, 1, "in one process"), measure(settings, 2, "between two nodes over TCP")}};
}

std::string to_text(const latency_bench_settings& settings, const latency_bench_result& result) {
  std::string text = fmt::format(
    "from a loss crossing to the pull, {} workers, tau {}, steps of {:g} ms; in steps, p50 (p90):", settings.workers,
    settings.tau, settings.step_milliseconds);
  for (const auto& way : result.ways)
    text += fmt::format(
      "\n  {}: {:.2f} ({:.2f}) from the report that decides, {:.1f} ({:.1f}) from the new leader's first report; "
      "{} changes, {} pulls, {} missed",
      way.name, way.from_decision.p50, way.from_decision.p90, way.from_crossing.p50, way.from_crossing.p90, way.changes,
      way.pulls, way.missed);
  return text;
}

nlohmann::json to_json(const latency_bench_settings& settings, const latency_bench_result& result) {
  auto ways = nlohmann::json::array();
  const auto both = [](const latency_bench_result::quantiles& q) {
    return nlohmann::json{{"p50", q.p50}, {"p90", q.p90}};
  };
  for (const auto& way : result.ways)
    ways.push_back({{"way", way.name},
                    {"step_seconds", way.step_seconds},
                    {"changes", way.changes},
                    {"pulls", way.pulls},
                    {"missed", way.missed},
                    {"steps_from_decision", both(way.from_decision)},
                    {"steps_from_crossing", both(way.from_crossing)}});
  return {{"benchmark", "latency"}, {"workers", settings.workers}, {"tau", settings.tau}, {"ways", ways}};
}

} // namespace paceline
