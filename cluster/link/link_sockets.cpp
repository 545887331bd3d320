#include "cluster/link/link_sockets.hpp"

#include "cluster/link/endpoint.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace paceline {

namespace {

/// The bound on a message also holds for the commands that set a connection up, and counts what CURVE adds to each message.
constexpr std::int64_t longest_handshake = 1024;
constexpr std::int64_t encryption_overhead = 64;

int milliseconds_of(std::chrono::milliseconds time) {
  return static_cast<int>(time.count());
}

[[noreturn]] void cannot_bind(const std::string& endpoint, const zmq::error_t& error) {
  const std::string hint = error.num() == EADDRINUSE
                             ? "; another program, or a second node of this name, has it: end it or choose another port"
                           : error.num() == EADDRNOTAVAIL || error.num() == ENODEV
                             ? "; it is no address of this machine"
                             : "";
  throw invalid_input(fmt::format("endpoint '{}' cannot be bound: {}{}", endpoint, error.what(), hint));
}

} // namespace

link_sockets::link_sockets(zmq::context_t& context, std::optional<key_set> keys, std::chrono::milliseconds patience)
  : context_(context), keys_(std::move(keys)), patience_(patience) {}

zmq::socket_t link_sockets::made(const socket_use& use) const {
  const link_timing timing(patience_);
  zmq::socket_t socket(context_, use.type);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::maxmsgsize, std::max(use.longest_message + encryption_overhead, longest_handshake));
  socket.set(zmq::sockopt::sndhwm, use.queue);
  socket.set(zmq::sockopt::rcvhwm, use.incoming_queue.value_or(use.queue));
  socket.set(zmq::sockopt::ipv6, true);
  // What was said to nobody is said again: nothing waits for a connection that is not there.
  socket.set(zmq::sockopt::immediate, true);
  socket.set(zmq::sockopt::reconnect_ivl, milliseconds_of(timing.first_backoff));
  socket.set(zmq::sockopt::reconnect_ivl_max, milliseconds_of(timing.longest_backoff));
  socket.set(zmq::sockopt::connect_timeout, milliseconds_of(patience_));
  socket.set(zmq::sockopt::handshake_ivl, milliseconds_of(2 * patience_));
  // A host that is gone without a word holds the memory of what is on its way to it for so long.
  socket.set(zmq::sockopt::tcp_maxrt, milliseconds_of(5 * patience_));
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  if (use.heartbeats) {
    // They close what is dead. Whether a peer lives is judged by its states, which the link's own thread says: ZeroMQ would take
    // a pause of this process for one of the peer's.
    const auto timeout = 2 * patience_;
    socket.set(zmq::sockopt::heartbeat_ivl, milliseconds_of(timeout / 4));
    socket.set(zmq::sockopt::heartbeat_timeout, milliseconds_of(timeout));
    socket.set(zmq::sockopt::heartbeat_ttl, milliseconds_of(timeout));
  }
  return socket;
}

std::unique_ptr<watched_socket> link_sockets::bound(const socket_use& use, const std::string& endpoint) const {
  if (!keys_)
    require_local(endpoint);
  const auto where = parse_endpoint(endpoint);
  const auto address = bindable(endpoint);
  std::unique_ptr<socket_file> file;
  if (where.kind == endpoint::transport::ipc)
    file = std::make_unique<socket_file>(where.path);
  auto socket = made(use);
  socket.set(zmq::sockopt::zap_domain, "nodes");
  if (keys_) {
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_publickey, keys_->node.public_key);
    socket.set(zmq::sockopt::curve_secretkey, keys_->node.secret_key);
  }
  socket_monitor monitor(context_, socket);
  try {
    socket.bind(address);
  } catch (const zmq::error_t& error) {
    cannot_bind(endpoint, error);
  }
  return std::make_unique<watched_socket>(std::move(file), std::move(socket), std::move(monitor));
}

std::unique_ptr<watched_socket> link_sockets::connected(const socket_use& use, const std::string& endpoint) const {
  if (!keys_)
    require_local(endpoint);
  parse_endpoint(endpoint);
  auto socket = made(use);
  if (keys_) {
    // All nodes of a cluster share one key pair.
    socket.set(zmq::sockopt::curve_serverkey, keys_->node.public_key);
    socket.set(zmq::sockopt::curve_publickey, keys_->node.public_key);
    socket.set(zmq::sockopt::curve_secretkey, keys_->node.secret_key);
  }
  socket_monitor monitor(context_, socket);
  try {
    socket.connect(endpoint);
  } catch (const zmq::error_t& error) {
    throw invalid_input(fmt::format("endpoint '{}' cannot be connected to: {}", endpoint, error.what()));
  }
  return std::make_unique<watched_socket>(nullptr, std::move(socket), std::move(monitor));
}

} // namespace paceline
