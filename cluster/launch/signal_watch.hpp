#pragma once

#include <functional>
#include <memory>

namespace paceline {

/// Turns SIGINT, SIGTERM and SIGHUP into calls: the first asks for a clean end, the second ends the process at once with exit
/// code 130. A terminal that is closed may send SIGHUP several times; it counts once. SIGPIPE and SIGXFSZ are ignored from then on. Make it before any other thread, which would otherwise receive the signals.
class signal_watch {
 public:
  /// Whether the ending signal waits, a moment at most, until those before it were passed on.
  enum class passing { none, to_others };

  /// The signal of that number ends the process. A process that has others to end first gives itself one more, and says what it passed on.
  explicit signal_watch(int ending_signal = 2, passing to = passing::none);
  ~signal_watch();

  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  /// From now on the first signal calls `on_first`, on the watch's own thread; at once where it has come already.
  /// An empty function ends that: then the signal is only remembered.
  void call_on_first(std::function<void()> on_first);

  /// How many signals have come.
  int count() const;

  /// So many of them were passed on to others.
  void passed_on(int count);

  /// Whether a signal has come.
  bool signalled() const { return count() > 0; }

 private:
  class state;
  std::unique_ptr<state> state_;
};

} // namespace paceline
