#include "cluster/launch/node_supervisor.hpp"

#include "cluster/launch/line_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <poll.h>
#include <signal.h>

namespace paceline {

namespace {

using clock = std::chrono::steady_clock;

/// How often ends of processes and signals are looked for; output is handed on at once.
constexpr auto look_every = std::chrono::milliseconds(50);

// Exit codes of a node (cluster/commands/commands.hpp).
constexpr int code_finished = 0;
constexpr int code_wrong_usage = 2;
constexpr int code_interrupted = 130;

/// As ssh ends where it could not connect, or lost what it had.
constexpr int code_connection_lost = 255;

std::string in_words(const child_end& end) {
  return end.by_signal ? fmt::format("signal {} ({})", end.code - 128, ::strsignal(end.code - 128))
                       : fmt::format("exit code {}", end.code);
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// One node's process, from its first start to its last end.
///
///   running --ended as it should, or given up--> over
///   running --died--> waiting --time is up--> running
class supervised_process {
 public:
  supervised_process(const supervised_node& node, const supervision_settings& settings)
    : node_(node), settings_(settings), history_(settings.limits) {
    result_.name = node.name;
    start(node.start);
  }

  bool over() const { return !child_ && !restart_at_; }
  /// Whether it runs, or may: a connection that was lost does not end what runs elsewhere.
  bool may_live() const { return child_ || may_live_elsewhere_; }
  const supervised_end& result() const { return result_; }

  void add_to(std::vector<pollfd>& waiting) const {
    if (child_)
      for (const int descriptor : {child_->out(), child_->err()})
        if (descriptor >= 0)
          waiting.push_back({descriptor, POLLIN, 0});
  }

  /// Starts it again when it is time. `all_down_at`: when none of the nodes lived for the last time. Returns whether something has changed.
  bool restart_when_due(clock::time_point all_down_at) {
    if (!restart_at_ || clock::now() < *restart_at_)
      return false;
    restart_at_.reset();
    const bool together = !may_live_elsewhere_ && died_at_ <= all_down_at;
    // What they lose is not counted as time, so that they would begin again for ever.
    if (together && ++restarts_together_ > settings_.limits.most) {
      give_up(fmt::format("all nodes died {} times without one that lived on; it stays down", restarts_together_));
      return true;
    }
    ++result_.restarts;
    if (remote_id_ && node_.restart_elsewhere)
      start(node_.restart_elsewhere(*remote_id_, together));
    else
      start(together && node_.restart_together ? *node_.restart_together : node_.restart);
    return true;
  }

  /// Hands on output and notices an end. Returns whether something has changed.
  bool look() {
    helpers_.erase(std::remove_if(helpers_.begin(), helpers_.end(), [](auto& h) { return h->poll_end().has_value(); }),
                   helpers_.end());
    if (!child_)
      return false;
    // In this order: what was written before the end is read after it.
    const auto end = child_->poll_end();
    read();
    if (!end) {
      tell_where_late();
      return false;
    }
    out_.finish([&](std::string_view line) { take_line(line, false); });
    err_.finish([&](std::string_view line) { take_line(line, true); });
    child_.reset();
    ended(end->code, in_words(*end));
    return true;
  }

  /// From now on an end is an end.
  void stop(int signal) {
    stopping_ = true;
    result_.stopped = result_.stopped || restart_at_;
    restart_at_.reset();
    if (!child_)
      return;
    if (!node_.signal_elsewhere)
      return child_->signal(signal);
    if (told_id_)
      help(node_.signal_elsewhere(*remote_id_, signal));
    else
      awaits_id_ = signal;
    // Nothing is waited for any more, least of all a host that does not answer.
    if (signal == SIGKILL)
      child_->signal(SIGTERM);
  }

  /// Another node has come to the run's end: whoever began again now would find nobody, and ride the whole budget alone.
  void run_is_over() {
    if (std::exchange(run_is_over_, true))
      return;
    late_at_ = clock::now() + settings_.late_after;
    if (!restart_at_)
      return;
    restart_at_.reset();
    settings_.on_event(fmt::format("node {} is not started again: the run is over", node_.name));
  }

 private:
  void start(const child_command& command) {
    // The id of the process before stays until this one tells its own: where no connection comes about, that one may live still.
    told_id_ = false;
    may_live_elsewhere_ = false;
    result_.code.reset();
    try {
      child_ = std::make_unique<child_process>(command);
    } catch (const std::system_error& e) {
      ended(code_not_started, e.what());
    }
  }

  /// Errors of a command that only passes a signal on show in that the process does not end.
  void help(const child_command& command) {
    try {
      helpers_.push_back(std::make_unique<child_process>(command));
    } catch (const std::system_error& e) {
      settings_.on_event(fmt::format("node {} cannot be told to end: {}", node_.name, e.what()));
    }
  }

  void tell_where_late() {
    if (!late_at_ || clock::now() < *late_at_)
      return;
    late_at_.reset();
    settings_.on_event(
      fmt::format("node {} has not ended {:.0f} s after the first that has; still waiting for it (Ctrl-C "
                  "asks it to end, a second one kills it)",
                  node_.name, seconds(settings_.late_after)));
  }

  void read() {
    child_->read([&](std::string_view bytes) { out_.feed(bytes, [&](auto line) { take_line(line, false); }); },
                 [&](std::string_view bytes) { err_.feed(bytes, [&](auto line) { take_line(line, true); }); });
  }

  void take_line(std::string_view line, bool is_error) {
    if (node_.signal_elsewhere && !told_id_ && !is_error && line.starts_with(remote_id_prefix)) {
      long id = 0;
      const auto text = line.substr(remote_id_prefix.size());
      if (std::from_chars(text.data(), text.data() + text.size(), id).ec == std::errc{} && id > 1) {
        remote_id_ = id;
        told_id_ = true;
      }
      if (told_id_ && awaits_id_)
        help(node_.signal_elsewhere(id, *awaits_id_));
      return;
    }
    settings_.on_line(node_.name, line, is_error);
  }

  void ended(int code, const std::string& how) {
    result_.code = code;
    died_at_ = clock::now();
    may_live_elsewhere_ = node_.signal_elsewhere && remote_id_ && code == code_connection_lost;
    result_.stopped = result_.stopped || (stopping_ && (code == by_signal(SIGTERM) || code == by_signal(SIGKILL)));
    if (stopping_ || code == code_finished || code == code_interrupted)
      return;
    result_.never_began = code == code_wrong_usage && node_.is_new && result_.restarts == 0;
    // Where it ran before it is something in the way, such as a port that another program has taken meanwhile.
    if (code == code_wrong_usage && !has_run_)
      return settings_.on_event(fmt::format("node {} ended with {}; it is not started again", node_.name, how));
    has_run_ = has_run_ || (code != code_wrong_usage && code != code_connection_lost && code != code_not_started);
    if (run_is_over_)
      return settings_.on_event(
        fmt::format("node {} died: {}; it is not started again: the run is over", node_.name, how));
    if (const auto wait = history_.next(clock::now().time_since_epoch())) {
      restart_at_ = clock::now() + *wait;
      return settings_.on_event(
        fmt::format("node {} died: {}; it is started again in {:.1f} s", node_.name, how, seconds(*wait)));
    }
    give_up(fmt::format("{}; after {} restarts within {:.0f} s it stays down", how, settings_.limits.most,
                        seconds(settings_.limits.span)));
  }

  void give_up(const std::string& why) {
    result_.given_up = true;
    settings_.on_event(fmt::format("node {} died: {}", node_.name, why));
  }

  /// As shells say it.
  static constexpr int by_signal(int signal) { return 128 + signal; }

  /// As shells say that a command could not be run.
  static constexpr int code_not_started = 126;

  const supervised_node& node_;
  const supervision_settings& settings_;
  restart_history history_;
  supervised_end result_;
  std::unique_ptr<child_process> child_;
  /// Commands that pass signals on.
  std::vector<std::unique_ptr<child_process>> helpers_;
  clock::time_point died_at_;
  std::uint32_t restarts_together_ = 0;
  std::optional<clock::time_point> restart_at_;
  /// An earlier process was one of the node's, and not refused.
  bool has_run_ = false;
  /// Of the last process that told it.
  std::optional<long> remote_id_;
  /// The process at hand has.
  bool told_id_ = false;
  bool may_live_elsewhere_ = false;
  /// A signal that came before the process had told its id.
  std::optional<int> awaits_id_;
  line_splitter out_;
  line_splitter err_;
  bool stopping_ = false;
  bool run_is_over_ = false;
  /// Where it is not over by then, that is said once.
  std::optional<clock::time_point> late_at_;
};

} // namespace

std::vector<supervised_end> supervise(const std::vector<supervised_node>& nodes, const supervision_settings& settings) {
  std::vector<std::unique_ptr<supervised_process>> processes;
  for (const auto& node : nodes)
    processes.push_back(std::make_unique<supervised_process>(node, settings));
  const auto results = [&] {
    std::vector<supervised_end> all;
    for (const auto& process : processes)
      all.push_back(process->result());
    return all;
  };
  settings.on_change(results());
  const auto is_over = [](const auto& process) { return process->over(); };
  auto all_down_at = clock::time_point::min();
  for (int signals_passed = 0; !std::all_of(processes.begin(), processes.end(), is_over);) {
    std::vector<pollfd> waiting;
    for (const auto& process : processes)
      process->add_to(waiting);
    ::poll(waiting.data(), waiting.size(), static_cast<int>(look_every.count()));
    for (const int signals = std::min(settings.signals(), 2); signals_passed < signals;) {
      ++signals_passed;
      for (const auto& process : processes)
        process->stop(signals_passed == 1 ? SIGTERM : SIGKILL);
      if (settings.on_signals_passed)
        settings.on_signals_passed(signals_passed);
    }
    bool changed = false;
    // All ends before the first restart, so that nodes that died together are not taken for ones that live.
    for (const auto& process : processes)
      changed = process->look() || changed;
    const auto has_finished = [](const auto& process) { return process->result().code == code_finished; };
    if (std::any_of(processes.begin(), processes.end(), has_finished))
      for (const auto& process : processes)
        process->run_is_over();
    if (std::none_of(processes.begin(), processes.end(), [](const auto& each) { return each->may_live(); }))
      all_down_at = clock::now();
    for (const auto& process : processes)
      changed = process->restart_when_due(all_down_at) || changed;
    if (changed)
      settings.on_change(results());
  }
  return results();
}

} // namespace paceline
