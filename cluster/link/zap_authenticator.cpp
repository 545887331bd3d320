#include "cluster/link/zap_authenticator.hpp"

#include "compute/errors.hpp"

#include <zmq_addon.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace paceline {

namespace {

constexpr std::size_t key_bytes = 32;

std::string binary_key(const std::string& printable) {
  std::array<std::uint8_t, key_bytes> bytes{};
  if (printable.size() != 40 || ::zmq_z85_decode(bytes.data(), printable.c_str()) == nullptr)
    throw invalid_input("the nodes' public key is not one of 40 Z85 characters");
  return {bytes.begin(), bytes.end()};
}

} // namespace

std::vector<std::string> zap_reply(std::span<const std::string> request, const std::string& admitted) {
  const bool complete = request.size() >= 6 && request[0] == "1.0";
  const bool known = complete
                     && (admitted.empty() ? request.size() == 6 && request[5] == "NULL"
                                          : request.size() == 7 && request[5] == "CURVE" && request[6] == admitted);
  return {"1.0",
          request.size() > 1 ? request[1] : "",
          known ? "200" : "400",
          known ? "OK" : "unknown key",
          known ? "node" : "",
          ""};
}

zap_authenticator::zap_authenticator(zmq::context_t& context, const std::optional<key_set>& keys)
  : admitted_(keys ? binary_key(keys->node.public_key) : std::string()), requests_(context, zmq::socket_type::rep) {
  requests_.set(zmq::sockopt::linger, 0);
  requests_.bind("inproc://zeromq.zap.01");
}

void zap_authenticator::answer() {
  while (true) {
    std::vector<zmq::message_t> frames;
    if (!zmq::recv_multipart(requests_, std::back_inserter(frames), zmq::recv_flags::dontwait))
      return;
    std::vector<std::string> request;
    std::transform(frames.begin(), frames.end(), std::back_inserter(request),
                   [](const auto& frame) { return frame.to_string(); });
    const auto reply = zap_reply(request, admitted_);
    std::vector<zmq::const_buffer> parts;
    std::transform(reply.begin(), reply.end(), std::back_inserter(parts),
                   [](const auto& part) { return zmq::buffer(part); });
    zmq::send_multipart(requests_, parts, zmq::send_flags::dontwait);
  }
}

} // namespace paceline
