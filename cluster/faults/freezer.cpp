#include "cluster/faults/freezer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace paceline {
namespace {

/// What goes through the pipe: whole milliseconds. Far below what a pipe takes at once, so that none is cut in two.
using order = std::int32_t;

void close_all_but(int kept) {
  const auto most = ::sysconf(_SC_OPEN_MAX);
  // Few files are open so early; a limit of millions would only cost time.
  for (int file = 0; file < (most < 0 || most > 1024 ? 1024 : most); ++file)
    if (file != kept)
      ::close(file);
}

/// Waits until the other end of the pipe is closed, at most that long. Whether it is.
bool is_alone_after(int pipe, int milliseconds) {
  pollfd end{.fd = pipe, .events = 0, .revents = 0};
  return ::poll(&end, 1, milliseconds) > 0 && (end.revents & POLLHUP) != 0;
}

/// The helper's life. Its parent is stopped only while it lives, so that its number is its own.
[[noreturn]] void help(int pipe, pid_t parent) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
    std::signal(signal, SIG_IGN);
  close_all_but(pipe);
  order time = 0;
  while (::read(pipe, &time, sizeof time) == sizeof time) {
    if (::getppid() != parent || ::kill(parent, SIGSTOP) != 0)
      break;
    if (is_alone_after(pipe, time) || ::getppid() != parent)
      break;
    ::kill(parent, SIGCONT);
  }
  ::_exit(0);
}

} // namespace

freezer::freezer() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make a pipe to the helper that freezes this node");
  const auto parent = ::getpid();
  helper_ = ::fork();
  if (helper_ == 0)
    help(ends[0], parent);
  const int problem = errno;
  ::close(ends[0]);
  pipe_ = ends[1];
  if (helper_ < 0) {
    ::close(pipe_);
    throw std::system_error(problem, std::generic_category(), "cannot start the helper that freezes this node");
  }
}

freezer::~freezer() {
  ::close(pipe_);
  while (::waitpid(helper_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void freezer::freeze(std::chrono::nanoseconds time) const {
  constexpr std::chrono::nanoseconds longest = std::chrono::days(20); // that an order can say
  const auto wanted = static_cast<order>(std::chrono::ceil<std::chrono::milliseconds>(std::min(time, longest)).count());
  // Where the helper is gone there is nothing to be rehearsed.
  static_cast<void>(!::write(pipe_, &wanted, sizeof wanted));
}

} // namespace paceline
