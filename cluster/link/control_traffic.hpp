#pragma once

#include "cluster/link/control_message.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_log.hpp"

#include <zmq.hpp>

#include <memory>
#include <optional>
#include <string>

namespace paceline {

/// Control messages as they pass the sockets: encoded and decoded, counted, and said where one is refused. Used on the link's thread.
class control_traffic {
 public:
  /// `log` outlives it.
  control_traffic(link_log& log, std::shared_ptr<link_tally> tally);

  /// Empty where it is no control message; that is a refusal.
  std::optional<control_message> decoded(const zmq::message_t& bytes, const std::string& from);

  void refuse(const std::string& from, const std::string& why);

  /// Over a ROUTER to that route, over a DEALER without one. What cannot be sent at once is dropped: all of it is said again.
  void send(zmq::socket_t& socket, const control_message& message, const std::string& route = "");

 private:
  link_log& log_;
  std::shared_ptr<link_tally> tally_;
};

} // namespace paceline
