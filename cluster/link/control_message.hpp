#pragma once

#include "messages/centre_exchange.hpp"
#include "messages/echo.hpp"
#include "messages/group_report.hpp"
#include "messages/leader_announcement.hpp"
#include "messages/node_state.hpp"
#include "messages/probe.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace paceline {

// What nodes say to each other on the control plane: the actors' messages, and those of the links themselves.

/// The first message on every connection; nothing else counts before it.
struct hello {
  /// Version of the wire format (docs/wire-format.md); another one is refused.
  std::uint32_t version = 0;
  std::string node;
  std::uint64_t incarnation = 0;
  /// The resolved cluster file as JSON on one line: nodes of different files are not of one run.
  std::string config;
  /// Of the model's parameters (parameter_layout::fingerprint).
  std::uint64_t fingerprint = 0;
  /// How long the node was up when it said this: of two nodes that do not fit together the younger one is refused
  /// (of two about as old that of the higher name).
  std::chrono::nanoseconds up_for{0};
};

/// The answer to a hello that was accepted.
struct welcome {
  std::string node;
  std::uint64_t incarnation = 0;
};

/// The answer to a hello, or anything else, that was not.
struct refusal {
  enum class cause : std::uint8_t { version, config, fingerprint, name_taken, unknown_node };
  cause why = cause::version;
  /// One line for people: what was found, what is needed.
  std::string text;
  /// How long the refusing node was up when it said this, so that the other can see for itself which of them is the younger.
  std::chrono::nanoseconds up_for{0};
};

/// A node ends on purpose: it need not be waited for.
struct farewell {
  std::string reason;
};

using control_message = std::variant<hello, welcome, refusal, farewell, node_state, group_report, leader_announcement,
                                     probe_request, probe_result, echo, leaves_centre>;

} // namespace paceline
