#include "cluster/launch/signal_watch.hpp"

#include "tests/catch.hpp"

#include <filesystem>
#include <future>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace paceline;

namespace {

/// Waits for the child's end; fails where it did not exit by itself.
int exit_code_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("the first signal calls what was asked for, once") {
  const auto signal = GENERATE(SIGINT, SIGTERM);
  signal_watch watch;
  REQUIRE_FALSE(watch.signalled());
  std::promise<void> called;
  // A second call would throw out of the watch's thread and end the test.
  watch.call_on_first([&] { called.set_value(); });
  ::kill(::getpid(), signal);
  called.get_future().wait();
  REQUIRE(watch.signalled());
}

TEST_CASE("a signal that came before anybody asked is not lost") {
  signal_watch watch;
  ::kill(::getpid(), SIGINT);
  while (!watch.signalled())
    ::usleep(100);
  bool called = false;
  watch.call_on_first([&] { called = true; });
  REQUIRE(called);
}

TEST_CASE("a watch that saw no signal ends and gives the signals back") {
  sigset_t before;
  sigset_t after;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  { const signal_watch watch; }
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR2})
    REQUIRE(::sigismember(&after, signal) == ::sigismember(&before, signal));
}

TEST_CASE("the second signal ends the process at once with exit code 130") {
  const auto child = ::fork();
  if (child == 0) {
    const signal_watch watch;
    ::kill(::getpid(), SIGINT);
    // Signals that are pending together are one.
    while (!watch.signalled())
      ::usleep(100);
    ::kill(::getpid(), SIGINT);
    ::pause();
    ::_exit(1);
  }
  REQUIRE(exit_code_of(child) == 130);
}

TEST_CASE("a process that has others to end first is told of the second signal and ended by the third") {
  const auto child = ::fork();
  if (child == 0) {
    const signal_watch watch(3);
    for (int sent = 1; sent <= 2; ++sent) {
      ::kill(::getpid(), SIGTERM);
      while (watch.count() < sent)
        ::usleep(100);
    }
    ::kill(::getpid(), SIGTERM);
    ::pause();
    ::_exit(1);
  }
  REQUIRE(exit_code_of(child) == 130);
}

TEST_CASE("the ending signal waits until those before it were passed on to others") {
  const auto child = ::fork();
  if (child == 0) {
    signal_watch watch(3, signal_watch::passing::to_others);
    for (int sent = 1; sent <= 2; ++sent) {
      ::kill(::getpid(), SIGINT);
      while (watch.count() < sent)
        ::usleep(100);
    }
    ::kill(::getpid(), SIGINT);
    ::usleep(50'000);
    // Ends it: it has not before, else there would be nobody to make the file.
    ::close(::open((std::string("/tmp/paceline-passed-") + std::to_string(::getpid())).c_str(), O_CREAT, 0600));
    watch.passed_on(2);
    ::pause();
    ::_exit(1);
  }
  REQUIRE(exit_code_of(child) == 130);
  const auto made = std::string("/tmp/paceline-passed-") + std::to_string(child);
  REQUIRE(std::filesystem::remove(made));
}

TEST_CASE("a terminal that hangs up several times counts once") {
  const auto child = ::fork();
  if (child == 0) {
    const signal_watch watch;
    for (int i = 0; i < 3; ++i) {
      ::kill(::getpid(), SIGHUP);
      while (!watch.signalled())
        ::usleep(100);
      ::usleep(10'000);
    }
    ::_exit(watch.count() == 1 ? 7 : 1);
  }
  REQUIRE(exit_code_of(child) == 7);
}
