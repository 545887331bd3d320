#pragma once

#include <zmq.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace paceline {

/// What became of a connection.
struct connection_event {
  enum class kind : std::uint8_t { connected, closed, refused };
  kind what = kind::closed;
  /// The socket's own endpoint, or the one it connects to.
  std::string endpoint;
  /// Why it was refused, in words for people; empty otherwise.
  std::string reason;
};

/// Tells what becomes of a socket's connections: a key that is not admitted, or a wrong one, is seen here and nowhere else.
/// Used on the socket's thread. Make it before the socket is bound or connected: what happened before is not told. Take
/// it off the socket (zmq_socket_monitor with no address) before it goes.
class socket_monitor {
 public:
  socket_monitor(zmq::context_t& context, zmq::socket_t& socket);

  /// To be polled.
  zmq::socket_ref socket() { return events_; }

  /// The next event, or nothing for now.
  std::optional<connection_event> next();

 private:
  zmq::socket_t events_;
};

/// The words for a failed handshake: `event` and `value` as zmq_socket_monitor gives them.
std::string handshake_failure(std::uint16_t event, std::uint32_t value);

} // namespace paceline
