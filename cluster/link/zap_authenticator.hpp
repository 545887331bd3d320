#pragma once

#include "cluster/security/key_set.hpp"

#include <zmq.hpp>

#include <span>
#include <string>
#include <vector>

namespace paceline {

/// Answers ZeroMQ's question (ZAP, rfc.zeromq.org/spec/27) whether a client key is admitted to a context's sockets: only the
/// nodes' own one is. Make it before any socket of the context is bound; used on the link's thread.
class zap_authenticator {
 public:
  zap_authenticator(zmq::context_t& context, const key_set& keys);

  zmq::socket_ref socket() { return requests_; }

  /// Answers what has been asked.
  void answer();

 private:
  /// The admitted public key as its 32 bytes.
  std::string admitted_;
  zmq::socket_t requests_;
};

/// The answer to one request, frame by frame: version, request id, domain, address, routing id, mechanism, key.
std::vector<std::string> zap_reply(std::span<const std::string> request, const std::string& admitted);

} // namespace paceline
