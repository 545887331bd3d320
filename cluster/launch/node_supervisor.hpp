#pragma once

#include "actors/worker_restarts.hpp"
#include "cluster/launch/child_process.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// How a node process is started, and reached by signals.
struct supervised_node {
  std::string name;
  child_command start;
  /// How it is started again after it died.
  child_command restart;
  /// In place of `restart` where no node has lived since its death: nothing is further than what each has saved.
  std::optional<child_command> restart_together{};
  /// It refuses, as wrong usage, a folder that holds an earlier part of a run.
  bool is_new = false;
  /// What sends a signal to the process of that id on another host; empty for children of this machine. Such a process tells its
  /// id by its first lines of output (remote_id_prefix).
  std::function<child_command(long id, int signal)> signal_elsewhere{};
  /// In place of `restart` where the earlier process had told its id: a connection that was lost may have left it alive, and it
  /// has to end first.
  std::function<child_command(long earlier, bool together)> restart_elsewhere{};
};

/// Before the process id, on a line of its own, that a process on another host tells about itself.
inline constexpr std::string_view remote_id_prefix = "paceline-process ";

/// How a node's processes came to their end.
struct supervised_end {
  std::string name;
  std::uint32_t restarts = 0;
  /// Of the last process: its exit code, 128 + signal where a signal ended it; empty while it runs.
  std::optional<int> code{};
  /// It died, and its restarts are used up.
  bool given_up = false;
  /// A new run's node that refused to begin: what its folder holds is another run's.
  bool never_began = false;
  /// A signal from people ended it, or found it waiting for its next start.
  bool stopped = false;
};

struct supervision_settings {
  restart_limits limits;
  /// A whole line that a node wrote, to standard output or to standard error.
  std::function<void(const std::string& node, std::string_view line, bool is_error)> on_line;
  /// What people should know: a death, a restart.
  std::function<void(const std::string& text)> on_event;
  /// So long after the first node has come to the run's end, people are told who has not.
  std::chrono::nanoseconds late_after = std::chrono::seconds(20);
  /// How many signals have asked this process to end: after the first every node is asked to end cleanly, after the second it is
  /// killed. Asked many times a second.
  std::function<int()> signals;
  /// So many of them have gone to all nodes. May be empty.
  std::function<void(int passed)> on_signals_passed{};
  /// A process started, was started again, or ended.
  std::function<void(const std::vector<supervised_end>& nodes)> on_change;
};

/// Starts a process for every node, and again where one dies unexpectedly: by a signal, or with an exit code that is neither of a
/// finished or interrupted run nor, where it never ran before, of wrong usage. Returns when all have ended, in the order of `nodes`.
std::vector<supervised_end> supervise(const std::vector<supervised_node>& nodes, const supervision_settings& settings);

} // namespace paceline
