#pragma once

#include <string_view>

namespace paceline {

/// Parameters of one moment as a device keeps them for its own: another trainer on it, in the same process, is pulled toward them without
/// the host. Immutable, and given up on any thread.
class device_copy {
 public:
  virtual ~device_copy() = default;

  /// Where they lie, in the order of the device of that name (backend::name); nullptr where they lie on another one.
  virtual const float* on(std::string_view device) const = 0;
};

} // namespace paceline
