#pragma once

#include <functional>
#include <memory>

namespace paceline {

/// Turns SIGINT, SIGTERM and SIGHUP into calls: the first asks for a clean end, the second ends the process at once with exit
/// code 130. SIGPIPE and SIGXFSZ are ignored from then on. Make it before any other thread, which would otherwise receive the signals.
class signal_watch {
 public:
  /// The signal of that number ends the process. A process that has others to end first gives itself one more.
  explicit signal_watch(int ending_signal = 2);
  ~signal_watch();

  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  /// From now on the first signal calls `on_first`, on the watch's own thread; at once where it has come already.
  /// An empty function ends that: then the signal is only remembered.
  void call_on_first(std::function<void()> on_first);

  /// How many signals have come.
  int count() const;

  /// Whether a signal has come.
  bool signalled() const { return count() > 0; }

 private:
  class state;
  std::unique_ptr<state> state_;
};

} // namespace paceline
