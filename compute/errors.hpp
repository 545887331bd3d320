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

/// A file of a data set holds no picture that can be shown, and the user wants none passed over.
class unreadable_picture : public invalid_input {
 public:
  using invalid_input::invalid_input;
};

/// Work was given up because it was no longer wanted, as its caller had said it might be.
class work_cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

} // namespace paceline
