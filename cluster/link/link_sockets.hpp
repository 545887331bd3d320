#pragma once

#include "cluster/link/link_timing.hpp"
#include "cluster/link/socket_file.hpp"
#include "cluster/link/socket_monitor.hpp"
#include "cluster/security/key_set.hpp"

#include <zmq.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace paceline {

/// What a socket is for: what may come over it, and how much of it may wait.
struct socket_use {
  zmq::socket_type type;
  /// A longer message closes its connection.
  std::int64_t longest_message;
  /// Messages that may wait in each direction of each connection.
  int queue = 1;
  /// The same for those that come, where it is another number.
  std::optional<int> incoming_queue = std::nullopt;
  /// ZeroMQ's heartbeats, which find a silent peer. Not for bulk: they wait behind a large message, and would take a slow
  /// connection for a dead one.
  bool heartbeats = false;
};

/// A socket of the link with its monitor. Used on the link's thread, once made.
struct watched_socket {
  watched_socket(std::unique_ptr<socket_file> its_file, zmq::socket_t its_socket, socket_monitor its_monitor)
    : file(std::move(its_file)), socket(std::move(its_socket)), monitor(std::move(its_monitor)) {}

  /// Takes the monitor off first: ZeroMQ's own thread would wait for the reader of one that nobody reads any more.
  ~watched_socket() { ::zmq_socket_monitor(socket.handle(), nullptr, 0); }

  watched_socket(const watched_socket&) = delete;
  watched_socket& operator=(const watched_socket&) = delete;

  /// Removed after the socket is closed; empty where it has none.
  std::unique_ptr<socket_file> file;
  zmq::socket_t socket;
  socket_monitor monitor;
};

/// How all sockets of a link are set: keys, time limits, bounds of memory.
class link_sockets {
 public:
  link_sockets(zmq::context_t& context, std::optional<key_set> keys, std::chrono::milliseconds patience);

  /// Throws invalid_input where the address cannot be bound, io_failure where an ipc address's folder cannot be written.
  std::unique_ptr<watched_socket> bound(const socket_use& use, const std::string& endpoint) const;

  /// Connects now and again, for as long as the socket lives.
  /// Throws invalid_input where the endpoint is none.
  std::unique_ptr<watched_socket> connected(const socket_use& use, const std::string& endpoint) const;

 private:
  zmq::socket_t made(const socket_use& use) const;

  zmq::context_t& context_;
  std::optional<key_set> keys_;
  std::chrono::milliseconds patience_;
};

} // namespace paceline
