#include "cluster/launch/signal_watch.hpp"

#include "compute/affinity.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace paceline {
namespace {

constexpr int killed_by_signal = 130;

/// Others are to be told of a signal within it; a process that cannot is not to be kept alive by that.
constexpr auto longest_passing = std::chrono::seconds(1);
constexpr auto look_interval = std::chrono::milliseconds(1);

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP); // the terminal was closed
  // How the destructor wakes the thread.
  sigaddset(&set, SIGUSR2);
  return set;
}

} // namespace

class signal_watch::state {
 public:
  state(int ending_signal, passing to)
    : ending_signal_(ending_signal), passed_(to == passing::none ? ending_signal : 0) {
    // A reader of the output that is gone, or a file that has reached its limit, is an error to be told, not a death.
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    const auto set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    thread_ = std::thread([this] { watch(); });
  }

  ~state() {
    ending_ = true;
    pthread_kill(thread_.native_handle(), SIGUSR2);
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  void call_on_first(std::function<void()> on_first) {
    const std::lock_guard guard(mutex_);
    on_first_ = std::move(on_first);
    if (count_ > 0 && on_first_)
      on_first_();
  }

  int count() const { return count_; }
  void passed_on(int count) { passed_ = count; }

 private:
  void watch() {
    name_this_thread("signals");
    const auto set = watched_signals();
    bool hung_up = false;
    for (int signal = 0; sigwait(&set, &signal) == 0 && !ending_;) {
      // Sent by somebody else, as batch systems do before a time limit: it means nothing here.
      if (signal == SIGUSR2)
        continue;
      if (signal == SIGHUP && std::exchange(hung_up, true))
        continue;
      if (count_ + 1 >= ending_signal_)
        end_process();
      const std::lock_guard guard(mutex_);
      if (++count_ == 1 && on_first_)
        on_first_();
    }
  }

  [[noreturn]] void end_process() const {
    const auto until = std::chrono::steady_clock::now() + longest_passing;
    while (passed_ < ending_signal_ - 1 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(look_interval);
    _exit(killed_by_signal);
  }

  const int ending_signal_;
  std::atomic<int> passed_;
  sigset_t before_{};
  std::mutex mutex_;
  std::function<void()> on_first_;
  std::atomic<int> count_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

signal_watch::signal_watch(int ending_signal, passing to) : state_(std::make_unique<state>(ending_signal, to)) {}
signal_watch::~signal_watch() = default;

void signal_watch::call_on_first(std::function<void()> on_first) {
  state_->call_on_first(std::move(on_first));
}

int signal_watch::count() const {
  return state_->count();
}

void signal_watch::passed_on(int count) {
  state_->passed_on(count);
}

} // namespace paceline
