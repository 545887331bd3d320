#pragma once

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

/// Runs `work` in a process of its own and kills it after that time. True where it was killed while it worked: false
/// where it ended before or threw.
template <class Work>
bool kill_while_it_works(useconds_t after_microseconds, Work work) {
  const auto child = ::fork();
  if (child == 0) {
    // Nothing of the test program may go on in the child.
    try {
      work();
    } catch (...) {
    }
    ::_exit(1);
  }
  ::usleep(after_microseconds);
  ::kill(child, SIGKILL);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}
