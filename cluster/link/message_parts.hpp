#pragma once

#include <zmq.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace paceline {

/// Messages that one socket may bring before the others get their turn.
inline constexpr int most_at_once = 256;

/// Takes all parts of the next message and keeps so many of them; returns how many there were, 0 where there is no message.
inline std::size_t receive_parts(zmq::socket_t& socket, std::vector<zmq::message_t>& parts, std::size_t kept) {
  parts.clear();
  std::size_t count = 0;
  while (true) {
    zmq::message_t part;
    if (!socket.recv(part, zmq::recv_flags::dontwait))
      return count;
    ++count;
    const bool more = part.more();
    if (parts.size() < kept)
      parts.push_back(std::move(part));
    if (!more)
      return count;
  }
}

} // namespace paceline
