#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace paceline {

/// Bytes of an encoded snapshot, shared by all connections that send them.
using frame_ptr = std::shared_ptr<const std::vector<std::byte>>;

/// From the frame worker to the link's thread: the newest snapshot for those who asked for it; empty where there is none.
struct offer_frame {
  std::uint64_t term = 0;
  std::uint64_t decision = 0;
  frame_ptr frame;
};

} // namespace paceline
