#include "cluster/link/link_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace paceline {

link_queue::link_queue() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0)
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

link_queue::~link_queue() {
  ::close(descriptor_);
}

void link_queue::wake() {
  // Fails only where the reader has 2^64 - 1 reasons to wake up already.
  [[maybe_unused]] const auto written = ::eventfd_write(descriptor_, 1);
}

bool link_queue::push(link_command command) {
  const std::lock_guard guard(mutex_);
  if (closed_ || commands_.size() >= most_commands)
    return false;
  commands_.push_back(std::move(command));
  if (commands_.size() == 1)
    wake();
  return true;
}

void link_queue::close() {
  const std::lock_guard guard(mutex_);
  closed_ = true;
  wake();
}

bool link_queue::closed() const {
  const std::lock_guard guard(mutex_);
  return closed_;
}

std::vector<link_command> link_queue::take() {
  const std::lock_guard guard(mutex_);
  if (!closed_) {
    eventfd_t ignored = 0;
    [[maybe_unused]] const auto read = ::eventfd_read(descriptor_, &ignored);
  }
  return std::exchange(commands_, {});
}

} // namespace paceline
