#pragma once

#include <zmq.hpp>

#include <cerrno>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace paceline {

/// What one thread waits for, and what it does then. Filled anew for each wait, so that sockets may come and go in between;
/// a handler must not close a socket that is in the set.
class poll_set {
 public:
  void watch(zmq::socket_ref socket, std::function<void()> on_readable) {
    add({socket.handle(), 0, ZMQ_POLLIN, 0}, std::move(on_readable));
  }

  void watch(int descriptor, std::function<void()> on_readable) {
    add({nullptr, descriptor, ZMQ_POLLIN, 0}, std::move(on_readable));
  }

  void watch_writable(zmq::socket_ref socket, std::function<void()> on_writable) {
    add({socket.handle(), 0, ZMQ_POLLOUT, 0}, std::move(on_writable));
  }

  void clear() {
    items_.clear();
    handlers_.clear();
  }

  /// Waits until something can be read or written, or the time is over, calls the handlers of what can be, and forgets them all.
  void wait(std::chrono::milliseconds timeout) {
    auto polled = std::exchange(items_, {});
    const auto handlers = std::exchange(handlers_, {});
    if (::zmq_poll(polled.data(), static_cast<int>(polled.size()), static_cast<long>(timeout.count())) < 0) {
      if (::zmq_errno() == EINTR)
        return;
      throw zmq::error_t();
    }
    for (std::size_t i = 0; i < polled.size(); ++i)
      if (polled[i].revents != 0)
        handlers[i]();
  }

 private:
  void add(zmq::pollitem_t item, std::function<void()> handler) {
    items_.push_back(item);
    handlers_.push_back(std::move(handler));
  }

  std::vector<zmq::pollitem_t> items_;
  std::vector<std::function<void()>> handlers_;
};

} // namespace paceline
