#pragma once

#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace paceline {

/// The system refused to read or write a file. `what()` is one line for people: "runs/a/summary.json: cannot write:
/// No space left on device". What state follows is said where it is thrown.
class io_failure : public std::runtime_error {
 public:
  /// `action` is what could not be done ("write", "create folder"); `error_number` is an errno.
  io_failure(const std::filesystem::path& path, std::string_view action, int error_number);

  int error_number() const { return error_number_; }

 private:
  int error_number_;
};

} // namespace paceline
