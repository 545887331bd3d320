#pragma once

#include "actors/actor_system.hpp"
#include "actors/peer_events.hpp"
#include "actors/run_clock.hpp"
#include "cluster/link/node_link.hpp"
#include "tests/temporary_folder.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace paceline {

/// What a node's actor was told, and what its link said; readable from any thread.
class node_record {
 public:
  template <class Change>
  void note(Change change) {
    {
      const std::lock_guard guard(mutex_);
      change(*this);
    }
    changed_.notify_all();
  }

  /// Waits until it is so; false where it is not after a time that is far longer than any test needs.
  bool until(const std::function<bool(const node_record&)>& is_so) {
    std::unique_lock guard(mutex_);
    return changed_.wait_for(guard, std::chrono::seconds(30), [&] { return is_so(*this); });
  }

  bool said(const std::string& part) const {
    for (const auto& line : lines)
      if (line.find(part) != std::string::npos)
        return true;
    return false;
  }

  /// Why peers were lost, so that a failed check tells it.
  std::vector<std::string> losses() const {
    std::vector<std::string> all;
    for (const auto& event : lost)
      all.push_back(event.node + ": " + event.reason);
    return all;
  }

  std::vector<peer_joined> joined;
  std::vector<peer_lost> lost;
  std::vector<node_state> states;
  std::vector<group_report> reports;
  std::vector<contribution> contributions;
  std::vector<centre_answer> answers;
  std::vector<leaves_centre> left_centre;
  int downs = 0;
  std::vector<std::string> lines;
  std::vector<std::string> refusals;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Stands for a node's actor: writes down what comes, and monitors the proxies.
inline caf::behavior recording_node(caf::event_based_actor* self, std::shared_ptr<node_record> record) {
  self->set_down_handler([record](const caf::down_msg&) { record->note([](node_record& r) { ++r.downs; }); });
  return {
    [self, record](const peer_joined& event) {
      self->monitor(event.proxy);
      record->note([&](node_record& r) { r.joined.push_back(event); });
    },
    [record](const peer_lost& event) { record->note([&](node_record& r) { r.lost.push_back(event); }); },
    [record](const node_state& event) { record->note([&](node_record& r) { r.states.push_back(event); }); },
    [record](const group_report& event) { record->note([&](node_record& r) { r.reports.push_back(event); }); },
    [record](const contribution& event) { record->note([&](node_record& r) { r.contributions.push_back(event); }); },
    [record](const centre_answer& event) { record->note([&](node_record& r) { r.answers.push_back(event); }); },
    [record](const leaves_centre& event) { record->note([&](node_record& r) { r.left_centre.push_back(event); }); },
  };
}

/// A port of loopback that nobody has now, below those that the system gives to outgoing connections.
inline int free_port() {
  static std::atomic<int> tried = ::getpid() * 16;
  while (true) {
    const int port = 20'000 + tried++ % 12'000;
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool free = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(probe);
    if (free)
      return port;
  }
}

inline node_endpoints ipc_endpoints(const std::string& name, const temporary_folder& folder) {
  const auto at = [&](const char* plane) { return fmt::format("ipc://{}/{}.{}", folder.path().string(), name, plane); };
  return {name, at("control"), at("snapshots"), at("transfer")};
}

inline node_endpoints tcp_endpoints(const std::string& name) {
  const auto at = [] { return fmt::format("tcp://127.0.0.1:{}", free_port()); };
  return {name, at(), at(), at()};
}

/// Settings of a node of two parameters slices; tests change what they are about.
inline link_settings settings_for(const node_endpoints& own, const std::vector<node_endpoints>& peers,
                                  std::uint64_t incarnation) {
  link_settings settings;
  settings.own = own;
  settings.peers = peers;
  settings.incarnation = incarnation;
  settings.config = R"({"seed":1})";
  settings.fingerprint = 7;
  settings.slices = {2, 3};
  settings.now = run_clock::steady_time;
  return settings;
}

/// One node: its link, and the record of what it was told.
class linked_node {
 public:
  linked_node(caf::actor_system& system, link_settings settings, bool start = true)
    : record(std::make_shared<node_record>()) {
    settings.log = [r = record](const std::string& line) { r->note([&](node_record& n) { n.lines.push_back(line); }); };
    settings.refused = [r = record](const std::string& why) {
      r->note([&](node_record& n) { n.refusals.push_back(why); });
    };
    actor = system.spawn(recording_node, record);
    link = std::make_unique<node_link>(system, std::move(settings));
    if (start)
      link->start(actor);
  }
  ~linked_node() {
    link.reset();
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
  linked_node(const linked_node&) = delete;
  linked_node& operator=(const linked_node&) = delete;

  bool has_joined(std::size_t times = 1) {
    return record->until([=](const node_record& r) { return r.joined.size() >= times; });
  }
  bool has_lost(std::size_t times = 1) {
    return record->until([=](const node_record& r) { return r.lost.size() >= times; });
  }

  std::shared_ptr<node_record> record;
  caf::actor actor;
  std::unique_ptr<node_link> link;
};

/// Looks again and again until it is so, with the same patience as node_record::until.
inline bool comes_true(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline snapshot_ptr global_snapshot(std::uint64_t term, std::uint64_t decision, std::size_t parameters = 5) {
  leader_snapshot snapshot;
  snapshot.scope = scope::global;
  snapshot.term = term;
  snapshot.decision = decision;
  snapshot.leader = {1, 2};
  snapshot.fingerprint = 7;
  snapshot.taken_at = run_clock::steady_time();
  snapshot.parameters.assign(parameters, static_cast<float>(decision));
  return std::make_shared<const leader_snapshot>(std::move(snapshot));
}

} // namespace paceline
