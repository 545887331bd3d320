#include "cluster/link/socket_monitor.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstring>

namespace paceline {

namespace {

constexpr int told_events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
                            | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

} // namespace

std::string handshake_failure(std::uint16_t event, std::uint32_t value) {
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
    return "the key is not one of this cluster's (security.keys has to name the same key set on all nodes)";
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL && value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)
    return "one side uses keys and the other does not (security.keys has to be set on all nodes, or on none)";
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL && value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC)
    return "the two sides have keys of different key sets (security.keys has to name the same one on all nodes)";
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
    return fmt::format("the other side does not speak as a node does (ZMTP error {:#x})", value);
  return "the other side closed the connection before it was set up: it has just ended, is no node, or uses other keys "
         "or "
         "none (security.keys has to name the same key set on all nodes, or on none)";
}

socket_monitor::socket_monitor(zmq::context_t& context, zmq::socket_t& socket)
  : events_(context, zmq::socket_type::pair) {
  static std::atomic<std::uint64_t> made = 0;
  const auto name = fmt::format("inproc://link-monitor-{}", ++made);
  events_.set(zmq::sockopt::linger, 0);
  // With a bound, ZeroMQ's thread would wait for this one where many connections fail at once.
  events_.set(zmq::sockopt::rcvhwm, 0);
  if (::zmq_socket_monitor(socket.handle(), name.c_str(), told_events) != 0)
    throw zmq::error_t();
  events_.connect(name);
}

std::optional<connection_event> socket_monitor::next() {
  zmq::message_t head;
  zmq::message_t address;
  while (events_.recv(head, zmq::recv_flags::dontwait)) {
    if (!events_.recv(address, zmq::recv_flags::dontwait))
      return std::nullopt;
    std::uint16_t event = 0;
    std::uint32_t value = 0;
    std::memcpy(&event, head.data(), sizeof(event));
    std::memcpy(&value, static_cast<const char*>(head.data()) + sizeof(event), sizeof(value));
    connection_event told{.endpoint = address.to_string()};
    switch (event) {
      case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        told.what = connection_event::kind::connected;
        return told;
      case ZMQ_EVENT_DISCONNECTED:
        told.what = connection_event::kind::closed;
        return told;
      case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
      case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        told.what = connection_event::kind::refused;
        told.reason = handshake_failure(event, value);
        return told;
      default:
        // The monitor's own end.
        break;
    }
  }
  return std::nullopt;
}

} // namespace paceline
