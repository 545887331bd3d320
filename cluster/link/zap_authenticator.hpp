#pragma once

#include "cluster/security/key_set.hpp"

#include <zmq.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// Answers ZeroMQ's question (ZAP, rfc.zeromq.org/spec/27) whether a client is admitted to a context's sockets. With keys only the
/// nodes' own key is. Without keys, where no socket is in reach of others, everybody is; that ZeroMQ asks at all then makes it
/// refuse the protocol's versions 1 and 2, in which a connection that breaks off at the wrong moment ends the process
/// (an assertion of libzmq 4.3.4 where it stores the routing id). Make it before any socket of the context is bound; used on
/// the link's thread.
class zap_authenticator {
 public:
  zap_authenticator(zmq::context_t& context, const std::optional<key_set>& keys);

  zmq::socket_ref socket() { return requests_; }

  /// Answers what has been asked.
  void answer();

 private:
  /// The admitted public key as its 32 bytes; empty where there are no keys.
  std::string admitted_;
  zmq::socket_t requests_;
};

/// The answer to one request, frame by frame: version, request id, domain, address, routing id, mechanism, key (CURVE only).
/// `admitted` is empty where there are no keys.
std::vector<std::string> zap_reply(std::span<const std::string> request, const std::string& admitted);

} // namespace paceline
