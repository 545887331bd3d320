#pragma once

#include "cluster/link/control_message.hpp"
#include "cluster/link/exchange_frame.hpp"
#include "cluster/link/offer_frame.hpp"

#include <caf/actor.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace paceline {

// What other threads ask of the link's thread.

/// Connect to the peers, and tell `node` what comes.
struct begin_link {
  caf::actor node;
};

/// From a proxy: a message to the peer that it stands for.
struct tell_peer {
  std::string node;
  std::uint64_t incarnation = 0;
  control_message message;
};

/// From a proxy: what that peer is to get of an exchange with the centre.
struct tell_exchange {
  std::string node;
  std::uint64_t incarnation = 0;
  exchange_content content;
};

/// From the frame worker: the same, ready to be sent.
struct send_exchange {
  std::string node;
  std::uint64_t incarnation = 0;
  exchange_message head;
  /// nullptr where it has no values.
  frame_ptr values;
};

/// From the frame worker: what that peer sent, checked, for the node's actor.
struct exchange_came {
  std::string node;
  std::uint64_t incarnation = 0;
  exchange_content content;
};

/// From the frame worker: an own snapshot to be sent to all.
struct send_frame {
  frame_ptr frame;
};

/// A line for people. Lines of one key are rate-limited together.
struct say_line {
  std::string key;
  std::string text;
};

/// The resolver has answered for the host of that peer; `why` it gave no address is empty where it gave one.
struct host_looked_up {
  std::string node;
  std::string why;
};

using link_command = std::variant<begin_link, tell_peer, node_state, tell_exchange, send_exchange, exchange_came,
                                  send_frame, offer_frame, say_line, host_looked_up>;

/// Commands on their way to the link's thread, which polls `descriptor`. Thread-safe. Bounded: what does not fit is refused
/// (all of it is soft state that will be said again).
class link_queue {
 public:
  static constexpr std::size_t most_commands = 10'000;

  link_queue();
  ~link_queue();

  link_queue(const link_queue&) = delete;
  link_queue& operator=(const link_queue&) = delete;

  /// False where the queue is full or closed.
  bool push(link_command command);

  /// Wakes the reader for good; nothing is taken any more.
  void close();
  bool closed() const;

  /// Everything that was pushed since the last call, in order.
  std::vector<link_command> take();

  /// Readable while there is something to take, or the queue is closed.
  int descriptor() const { return descriptor_; }

 private:
  void wake();

  int descriptor_;
  mutable std::mutex mutex_;
  std::vector<link_command> commands_;
  bool closed_ = false;
};

} // namespace paceline
