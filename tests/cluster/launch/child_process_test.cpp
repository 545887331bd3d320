#include "cluster/launch/child_process.hpp"

#include "tests/catch.hpp"

#include <system_error>

#include <signal.h>
#include <unistd.h>

using namespace paceline;

TEST_CASE("a child gets its arguments, its environment and its input as they are") {
  const auto found = run_to_end({.arguments = {"/bin/sh", "-c", "printf '%s|%s|' \"$0\" \"$A\"; cat", "it's $x"},
                                 .environment = {{"A", "b c\n"}},
                                 .input = "in"});
  REQUIRE(found.out == "it's $x|b c\n|in");
  REQUIRE(found.end.code == 0);
}

TEST_CASE("an input larger than any pipe does not block") {
  const std::string large(1 << 20, 'x');
  const auto found = run_to_end({.arguments = {"/bin/sh", "-c", "sleep 0.05; wc -c"}, .input = large});
  REQUIRE(std::stoul(found.out) == large.size());
}

TEST_CASE("both outputs and the exit code are kept apart") {
  const auto found = run_to_end({.arguments = {"/bin/sh", "-c", "echo out; echo err >&2; exit 7"}});
  REQUIRE(found.out == "out\n");
  REQUIRE(found.err == "err\n");
  REQUIRE(found.end.code == 7);
  REQUIRE_FALSE(found.end.by_signal);
}

TEST_CASE("a child does not inherit which signals are blocked here") {
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto found = run_to_end({.arguments = {"/bin/sh", "-c", "kill -TERM $$; echo alive"}});
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  REQUIRE(found.out.empty());
  REQUIRE(found.end.code == 128 + SIGTERM);
  REQUIRE(found.end.by_signal);
}

TEST_CASE("a child leads a process group of its own, so that the terminal's signals do not reach it") {
  child_process child({.arguments = {"/bin/sleep", "1000"}});
  REQUIRE(::getpgid(child.id()) == child.id());
  child.signal(SIGKILL);
  while (!child.poll_end())
    ::usleep(1000);
  REQUIRE(child.poll_end()->code == 128 + SIGKILL);
}

TEST_CASE("a program that is not there is an error that names it") {
  REQUIRE_THROWS_AS(run_to_end({.arguments = {"/no/such/program"}}), std::system_error);
  REQUIRE_THROWS_WITH(run_to_end({.arguments = {"/no/such/program"}}),
                      Catch::Matchers::StartsWith("/no/such/program: cannot be started"));
}
