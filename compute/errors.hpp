#pragma once

#include <stdexcept>
#include <string>

namespace paceline {

/// Something a user gave cannot be used: a missing or damaged file, an impossible model. `what()` is one line that names
/// the thing, what was found and what is allowed. Nothing was changed.
class invalid_input : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

} // namespace paceline
