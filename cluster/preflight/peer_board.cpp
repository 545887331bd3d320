#include "cluster/preflight/peer_board.hpp"

#include "compute/errors.hpp"

#include <fmt/format.h>

#include <utility>

namespace paceline {

peer_board::peer_board(const std::vector<std::string>& nodes) {
  for (const auto& node : nodes)
    peers_[node];
}

void peer_board::joined(const std::string& node, caf::actor proxy) {
  change([&] { peers_[node] = {.proxy = std::move(proxy)}; });
}

void peer_board::lost(const std::string& node, const std::string& reason) {
  change([&] {
    auto& peer = peers_[node];
    peer.proxy = nullptr;
    peer.said = reason;
  });
}

void peer_board::heard(const node_state& state) {
  change([&] {
    auto& peer = peers_[state.node];
    peer.ready = state.steps > 0;
    peer.done = peer.ready && !state.training;
  });
}

void peer_board::heard(const echo& answer, time_point now) {
  change([&] {
    auto& peer = peers_[answer.node];
    if (answer.number <= peer.answered)
      return;
    peer.answered = answer.number;
    peer.answered_at = now;
  });
}

void peer_board::said(const std::string& line) {
  change([&] {
    for (auto& [node, peer] : peers_)
      if (line.find(fmt::format("node '{}'", node)) != std::string::npos)
        peer.said = line;
  });
}

void peer_board::refused(const std::string& why) {
  change([&] { refused_ = why; });
}

bool peer_board::wait_for(const std::string& node, time_point deadline, const std::function<bool(const peer&)>& holds) {
  std::unique_lock lock(mutex_);
  const auto& one = peers_[node];
  const bool held = changed_.wait_until(lock, deadline, [&] { return !refused_.empty() || holds(one); });
  if (!refused_.empty())
    throw invalid_input(refused_);
  return held;
}

peer_board::peer peer_board::of(const std::string& node) const {
  const std::lock_guard guard(mutex_);
  const auto found = peers_.find(node);
  return found == peers_.end() ? peer{} : found->second;
}

} // namespace paceline
