#include "cluster/launch/line_splitter.hpp"

#include <algorithm>

namespace paceline {

void line_splitter::feed(std::string_view bytes, const line_handler& handle) {
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const auto taken = std::min(end, longest_line - begun_.size());
    begun_ += bytes.substr(0, taken);
    const bool ended = taken == end && end < bytes.size();
    bytes.remove_prefix(taken + (ended ? 1 : 0));
    if (ended || begun_.size() == longest_line) {
      // As ssh and terminals end theirs.
      handle(ended && begun_.ends_with('\r') ? std::string_view(begun_).substr(0, begun_.size() - 1) : begun_);
      begun_.clear();
    }
  }
}

void line_splitter::finish(const line_handler& handle) {
  if (!begun_.empty())
    handle(begun_);
  begun_.clear();
}

} // namespace paceline
