#include "cluster/preflight/link_meter.hpp"

#include "actors/peer_events.hpp"
#include "actors/run_clock.hpp"
#include "cluster/bench/median.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace paceline {

namespace {

using std::chrono::steady_clock;

constexpr auto longest_training = std::chrono::minutes(1);
/// What one node's turn may take, as the others see it.
constexpr auto longest_turn = std::chrono::seconds(45);
constexpr auto longest_transfer = std::chrono::seconds(30);
/// What is measured of one kind: so often, unless that takes longer than this.
constexpr std::size_t questions = 60;
/// Questions in quick succession would meet a busy link, which spaces its turns (cluster/link/turn_pacer.hpp).
constexpr auto between_questions = std::chrono::milliseconds(15);
constexpr std::size_t snapshots = 15;
constexpr auto enough = std::chrono::seconds(1);
/// A slot tells nobody that something is in it.
constexpr auto echo_look_interval = std::chrono::microseconds(50);

double seconds(steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// The value that 99 % are not above. Requires at least one.
double p99(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[(values.size() * 99 + 99) / 100 - 1];
}

/// Writes down what comes, and answers questions at once.
caf::behavior measuring_node(caf::event_based_actor* self, std::string own, peer_board* board) {
  // Other messages are those of a run.
  self->set_default_handler(caf::drop);
  return {
    [=](const peer_joined& event) { board->joined(event.node, event.proxy); },
    [=](const peer_lost& event) { board->lost(event.node, event.reason); },
    [=](const node_state& state) { board->heard(state); },
    [=](const echo& message) {
      if (message.answer)
        board->heard(message, steady_clock::now());
      else if (const auto peer = board->of(message.node); peer.is_there())
        self->send(peer.proxy, echo{own, message.number, true});
    },
  };
}

std::vector<std::string> names_of(const link_settings& settings) {
  std::vector<std::string> names{settings.own.name};
  for (const auto& peer : settings.peers)
    names.push_back(peer.name);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

link_meter::link_meter(caf::actor_system& system, link_settings settings, std::size_t parameters,
                       std::size_t snapshot_bytes)
  : system_(system),
    settings_(std::move(settings)),
    parameters_(parameters),
    snapshot_bytes_(snapshot_bytes),
    names_(names_of(settings_)),
    place_(static_cast<std::uint32_t>(std::find(names_.begin(), names_.end(), settings_.own.name) - names_.begin())),
    board_(names_) {
  settings_.now = run_clock::steady_time;
  settings_.log = [this](const std::string& line) { board_.said(line); };
  settings_.refused = [this](const std::string& why) { board_.refused(why); };
  link_ = std::make_unique<node_link>(system, settings_);
  slot_ = link_->plane()->subscribe(scope::global, 0);
  node_ = system.spawn(measuring_node, settings_.own.name, &board_);
  link_->start(node_);
}

link_meter::~link_meter() {
  ending_ = true;
  if (answering_.joinable())
    answering_.join();
  link_.reset();
  // It works with the board.
  caf::scoped_actor self(system_);
  self->send_exit(node_, caf::exit_reason::user_shutdown);
  self->wait_for(std::exchange(node_, nullptr));
}

void link_meter::tell_state(std::uint64_t steps, bool is_measuring) {
  node_state state;
  state.node = settings_.own.name;
  state.incarnation = settings_.incarnation;
  state.steps = steps;
  state.training = is_measuring;
  link_->tell_state(state);
}

std::vector<link_finding> link_meter::measure(std::uint64_t steps) {
  tell_state(steps, true);
  answering_ = std::thread([this] { answer_snapshots(); });
  const auto there_by = steady_clock::now() + 2 * settings_.patience;
  for (const auto& peer : settings_.peers)
    board_.wait_for(peer.name, there_by, [](const peer_board::peer& one) { return one.is_there(); });
  const auto ready_by = steady_clock::now() + longest_training;
  for (const auto& peer : settings_.peers)
    board_.wait_for(peer.name, ready_by, [](const peer_board::peer& one) { return one.ready || !one.is_there(); });
  wait_for_turn();

  std::vector<link_finding> links;
  for (const auto& peer : settings_.peers) {
    links.push_back({.node = peer.name});
    measure_round_trips(links.back());
  }
  measure_bandwidth(links);

  tell_state(steps, false);
  const auto over_by = steady_clock::now() + static_cast<int>(names_.size()) * longest_turn;
  for (const auto& peer : settings_.peers)
    board_.wait_for(peer.name, over_by, [](const peer_board::peer& one) { return one.done || !one.is_there(); });
  return links;
}

void link_meter::wait_for_turn() {
  for (std::uint32_t place = 0; place < place_; ++place)
    board_.wait_for(names_[place], steady_clock::now() + longest_turn,
                    [](const peer_board::peer& one) { return one.done || !one.is_there(); });
}

bool link_meter::has_answered(const std::string& node, time_point deadline) {
  board_.wait_for(node, deadline,
                  [&](const peer_board::peer& one) { return one.answered >= number_ || !one.is_there(); });
  return board_.of(node).answered >= number_;
}

void link_meter::measure_round_trips(link_finding& to) {
  const auto peer = board_.of(to.node);
  if (!peer.is_there()) {
    to.problem = fmt::format("not reached within {:g} s", seconds(2 * settings_.patience))
                 + (peer.said.empty() ? "" : ": " + peer.said);
    return;
  }
  std::vector<double> times;
  const auto until = steady_clock::now() + enough;
  while (times.size() < questions && (times.empty() || steady_clock::now() < until)) {
    ++number_;
    const auto asked_at = steady_clock::now();
    caf::anon_send(peer.proxy, echo{settings_.own.name, number_, false});
    if (!has_answered(to.node, asked_at + 2 * settings_.patience)) {
      const auto now = board_.of(to.node);
      to.problem = now.is_there() ? "does not answer" : "lost while it was measured: " + now.said;
      return;
    }
    times.push_back(seconds(board_.of(to.node).answered_at - asked_at));
    std::this_thread::sleep_for(between_questions);
  }
  to.round_trip_seconds = median(times);
  to.round_trip_p99_seconds = p99(times);
}

link_meter::time_point link_meter::publish() {
  leader_snapshot snapshot;
  snapshot.scope = scope::global;
  // Who comes later in the order of turns has the newer ones.
  snapshot.term = place_ + 1;
  snapshot.decision = ++number_;
  snapshot.leader = {place_, 0};
  snapshot.fingerprint = settings_.fingerprint;
  snapshot.parameters.assign(parameters_, 1.0f);
  snapshot.taken_at = run_clock::steady_time();
  const auto shared = std::make_shared<const leader_snapshot>(std::move(snapshot));
  const auto began = steady_clock::now();
  link_->plane()->publish(shared);
  return began;
}

void link_meter::measure_bandwidth(std::vector<link_finding>& to) {
  const auto all_answer = [&](time_point deadline) {
    bool all = true;
    for (const auto& link : to)
      all = (!link.problem.empty() || has_answered(link.node, deadline)) && all;
    return all;
  };
  if (std::all_of(to.begin(), to.end(), [](const auto& link) { return !link.problem.empty(); }))
    return;
  // A subscription takes its time, and what was sent before is lost: so again, and after longer and longer waits, since the next one
  // must not come before a slow link could carry this one.
  const auto given_up_at = steady_clock::now() + longest_transfer;
  steady_clock::duration wait = settings_.patience / 8;
  do {
    publish();
    wait *= 2;
  } while (!all_answer(std::min(steady_clock::now() + wait, given_up_at)) && steady_clock::now() < given_up_at);
  for (auto& link : to)
    if (link.problem.empty() && board_.of(link.node).answered < number_)
      link.problem = fmt::format("no snapshot arrived within {:g} s", seconds(longest_transfer));

  std::vector<std::vector<double>> times(to.size());
  const auto until = steady_clock::now() + enough;
  for (std::size_t i = 0; i < snapshots && (i == 0 || steady_clock::now() < until); ++i) {
    const auto began = publish();
    all_answer(began + longest_transfer);
    for (std::size_t link = 0; link < to.size(); ++link)
      if (const auto peer = board_.of(to[link].node); to[link].problem.empty() && peer.answered >= number_)
        times[link].push_back(seconds(peer.answered_at - began));
  }
  for (std::size_t link = 0; link < to.size(); ++link) {
    if (!times[link].empty())
      to[link].bytes_per_second = static_cast<double>(snapshot_bytes_) / median(times[link]);
    else if (to[link].problem.empty())
      to[link].problem = fmt::format("no snapshot arrived within {:g} s", seconds(longest_transfer));
  }
}

void link_meter::answer_snapshots() {
  while (!ending_) {
    const auto snapshot = slot_->take();
    if (!snapshot) {
      std::this_thread::sleep_for(echo_look_interval);
      continue;
    }
    // Its own come by here as well.
    if (snapshot->leader.group == place_ || snapshot->leader.group >= names_.size())
      continue;
    if (const auto peer = board_.of(names_[snapshot->leader.group]); peer.is_there())
      caf::anon_send(peer.proxy, echo{settings_.own.name, snapshot->decision, true});
  }
}

} // namespace paceline
