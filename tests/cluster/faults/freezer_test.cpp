#include "cluster/faults/freezer.hpp"

#include "tests/catch.hpp"

#include <csignal>
#include <functional>

#include <sys/wait.h>
#include <unistd.h>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// A process of its own in which `work` runs; the test program has threads, a node has none yet when it makes its freezer.
pid_t process_of(const std::function<void()>& work) {
  const auto child = ::fork();
  if (child != 0)
    return child;
  work();
  ::_exit(0);
}

/// What next happens to that child: it stops, goes on or ends.
int next_change(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, WUNTRACED | WCONTINUED) == child);
  return status;
}

} // namespace

TEST_CASE("a frozen process stops, goes on by itself after that time, and leaves no helper behind") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto child = process_of([&] {
    ::close(ends[1]);
    const freezer cold;
    cold.freeze(200ms);
    // Until this process has seen it go on: what comes after would hide that from it.
    char byte;
    static_cast<void>(::read(ends[0], &byte, 1) == 0);
  });
  ::close(ends[0]);
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(WIFSTOPPED(next_change(child)));
  REQUIRE(WIFCONTINUED(next_change(child)));
  REQUIRE(std::chrono::steady_clock::now() - began >= 200ms);
  ::close(ends[1]);
  const int end = next_change(child);
  REQUIRE((WIFEXITED(end) && WEXITSTATUS(end) == 0));
}

TEST_CASE("a process that is killed while it is frozen takes its helper with it") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto child = process_of([&] {
    // Only the frozen process holds the writing end: the helper closes what it inherits.
    ::close(ends[0]);
    const freezer cold;
    cold.freeze(1h);
    while (true)
      ::pause();
  });
  ::close(ends[1]);
  REQUIRE(WIFSTOPPED(next_change(child)));
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(WIFSIGNALED(next_change(child)));
  // Comes at once where nobody else holds the pipe, and not within the hour where the helper does.
  char byte = 0;
  REQUIRE(::read(ends[0], &byte, 1) == 0);
  ::close(ends[0]);
}
