#pragma once

#include <cstdint>
#include <string>

namespace paceline {

/// From one node to another, so that the way between them can be timed: a question, or the answer to one or to a snapshot. Only
/// nodes that measure ask and answer.
struct echo {
  /// Who says it.
  std::string node;
  /// The question's own, or the decision of the snapshot that has arrived.
  std::uint64_t number = 0;
  bool answer = false;
};

} // namespace paceline
