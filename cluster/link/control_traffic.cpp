#include "cluster/link/control_traffic.hpp"

#include "cluster/link/shared_message.hpp"
#include "cluster/wire/control_codec.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <utility>

namespace paceline {

control_traffic::control_traffic(link_log& log, std::shared_ptr<link_tally> tally)
  : log_(log), tally_(std::move(tally)) {}

std::optional<control_message> control_traffic::decoded(const zmq::message_t& bytes, const std::string& from) {
  try {
    auto message = decode_control(bytes_of(bytes));
    tally_->update([&](link_counters& c) {
      ++c.messages_received;
      c.bytes_received += bytes.size();
    });
    return message;
  } catch (const invalid_input& error) {
    refuse(from, error.what());
    return std::nullopt;
  }
}

void control_traffic::refuse(const std::string& from, const std::string& why) {
  tally_->update([](link_counters& c) { ++c.refused_messages; });
  log_.say("message", fmt::format("a message of {} was refused: {}", from, why));
}

void control_traffic::send(zmq::socket_t& socket, const control_message& message, const std::string& route) {
  try {
    const auto bytes = encode(message);
    if (!route.empty() && !socket.send(zmq::buffer(route), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
      return;
    const bool sent = socket.send(zmq::buffer(bytes), zmq::send_flags::dontwait).has_value();
    tally_->update([&](link_counters& c) {
      c.messages_sent += sent;
      c.bytes_sent += sent ? bytes.size() : 0;
    });
  } catch (const invalid_input& error) {
    log_.say("unsendable", error.what());
  } catch (const zmq::error_t& error) {
    // A route that is gone; who it led to will connect again.
    log_.say("unsent", fmt::format("a message was not sent: {}", error.what()));
  }
}

} // namespace paceline
