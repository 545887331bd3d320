#include "cluster/bench/coordinator_node.hpp"

#include "cluster/bench/paced_node.hpp"
#include "cluster/bench/thread_times.hpp"
#include "compute/counter_random.hpp"
#include "messages/type_ids.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace paceline {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds step_time{1};
/// From the first decision on, until what starting costs is over.
constexpr std::chrono::seconds settling{4};
constexpr std::chrono::seconds longest_meeting{30};
/// A node whose parent is gone ends by itself.
constexpr std::chrono::minutes longest_life{5};

std::string name_of(std::uint32_t node) {
  return fmt::format("n{:03}", node);
}

/// What this node has heard; shared with its actors.
struct node_heard {
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::string> peers;
  std::string seat;
  /// The first and the last global decision of the time that counts; the count of steps and when it was decided.
  struct count {
    std::uint64_t steps = 0;
    std::chrono::nanoseconds at{0};
  };
  std::optional<count> first;
  count last;
  std::atomic<std::uint64_t> reports = 0;
};

caf::message_handler listening_node(const std::shared_ptr<node_heard>& to) {
  const auto note = [to](auto change) {
    {
      const std::lock_guard guard(to->mutex);
      change();
    }
    to->changed.notify_all();
  };
  return {
    [to](const worker_progress&) { to->reports.fetch_add(1, std::memory_order_relaxed); },
    [=](const node_joined& peer) { note([&] { to->peers.insert(peer.node); }); },
    [=](const node_lost& peer) { note([&] { to->peers.erase(peer.node); }); },
    [=](const seat_taken& claim) { note([&] { to->seat = claim.seat.holder; }); },
    [=](const leader_announcement& decision) {
      if (decision.scope != scope::global)
        return;
      note([&] {
        to->last = {decision.total_steps, decision.decided_at};
        if (!to->first)
          to->first = to->last;
      });
    },
  };
}

/// A step a second, at a moment of the second that is the worker's own.
paced_steps steps_of(worker_id id) {
  const auto seed = derive_seed(id.group, id.index);
  const auto offset =
    std::chrono::duration_cast<std::chrono::nanoseconds>(step_time * static_cast<double>(random_uniform(seed, 0)));
  return {.end_of =
            [offset, first = clock::time_point{}](std::uint64_t step, clock::time_point begins) mutable {
              if (first == clock::time_point{})
                first = begins + offset - step * step_time;
              return first + step * step_time;
            },
          .loss_of = [seed](std::uint64_t step) { return double{random_uniform(seed, step)}; },
          .made = nullptr};
}

struct used_times {
  std::chrono::nanoseconds link{0};
  std::chrono::nanoseconds actors{0};
};

used_times used_so_far() {
  used_times used;
  for (const auto& [id, thread] : thread_times()) {
    if (thread.name.starts_with("worker "))
      continue;
    const bool of_link = thread.name == "link" || thread.name == "frames" || thread.name.starts_with("ZMQ");
    (of_link ? used.link : used.actors) += thread.used;
  }
  return used;
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

coordinator_finding measure(const coordinator_node_settings& settings, node_heard& hears) {
  std::unique_lock guard(hears.mutex);
  if (!hears.changed.wait_for(guard, longest_meeting, [&] {
        return hears.peers.size() + 1 == settings.bench.nodes && !hears.seat.empty() && hears.first.has_value();
      }))
    throw std::runtime_error(fmt::format("bench coordinator: after {} s, node {} has met {} of {} nodes, and has {}",
                                         longest_meeting.count(), name_of(settings.node), hears.peers.size() + 1,
                                         settings.bench.nodes, hears.first ? "a leader" : "no leader"));
  guard.unlock();
  std::this_thread::sleep_for(settling);

  guard.lock();
  hears.first.reset();
  guard.unlock();
  const auto reports_before = hears.reports.load();
  const auto before = used_so_far();
  const auto began = clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(settings.bench.seconds));
  const auto used = used_so_far();
  const auto time = clock::now() - began;

  guard.lock();
  coordinator_finding finding{.node = name_of(settings.node),
                              .holds_seat = hears.seat == name_of(settings.node),
                              .seconds = seconds(time),
                              .link_seconds = seconds(used.link - before.link),
                              .actor_seconds = seconds(used.actors - before.actors),
                              .reports = hears.reports - reports_before};
  if (hears.first && hears.last.at > hears.first->at)
    finding.counted_a_second =
      static_cast<double>(hears.last.steps - hears.first->steps) / seconds(hears.last.at - hears.first->at);
  return finding;
}

} // namespace

run_config coordinator_config(const coordinator_node_settings& settings) {
  run_config config;
  config.groups = {.count = settings.bench.nodes, .workers = settings.bench.workers};
  for (std::uint32_t node = 0; node < settings.bench.nodes; ++node)
    config.nodes.push_back({.name = name_of(node)});
  config.device.pin = false;
  config.strategy.period_group = 4;
  config.strategy.period_global = 4;
  config.strategy.loss_window = 1;
  config.output.name = settings.run;
  return config;
}

void run_coordinator_node(const coordinator_node_settings& settings,
                          const std::function<void(const coordinator_finding&)>& tell) {
  const auto hears = std::make_shared<node_heard>();
  paced_node node({.config = coordinator_config(settings),
                   .name = name_of(settings.node),
                   .steps_of = steps_of,
                   .budget = {.total_steps = std::nullopt,
                              .training_time = longest_life
                                               + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                 std::chrono::duration<double>(settings.bench.seconds))},
                   .watch = listening_node(hears)});
  tell(measure(settings, *hears));
  node.wait();
}

nlohmann::json to_json(const coordinator_finding& finding) {
  return {{"node", finding.node},
          {"holds_seat", finding.holds_seat},
          {"seconds", finding.seconds},
          {"link_seconds", finding.link_seconds},
          {"actor_seconds", finding.actor_seconds},
          {"reports", finding.reports},
          {"counted_per_second", finding.counted_a_second}};
}

std::optional<coordinator_finding> coordinator_finding_from_json(std::string_view line) {
  try {
    const auto json = nlohmann::json::parse(line);
    return coordinator_finding{.node = json.at("node"),
                               .holds_seat = json.at("holds_seat"),
                               .seconds = json.at("seconds"),
                               .link_seconds = json.at("link_seconds"),
                               .actor_seconds = json.at("actor_seconds"),
                               .reports = json.at("reports"),
                               .counted_a_second = json.at("counted_per_second")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

} // namespace paceline
