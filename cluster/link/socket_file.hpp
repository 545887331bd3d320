#pragma once

#include "cluster/files/file_descriptor.hpp"

#include <filesystem>

namespace paceline {

/// The right to bind one ipc address. ZeroMQ silently takes an address over from whoever has it; here a lock on a file beside
/// the socket's tells a live owner, who is not to be robbed, from the file that a killed process left.
class socket_file {
 public:
  /// Throws invalid_input where a live process holds the address, io_failure where its folder cannot be written.
  explicit socket_file(std::filesystem::path path);
  /// Removes socket and lock file. The socket must be closed by then.
  ~socket_file();

  socket_file(const socket_file&) = delete;
  socket_file& operator=(const socket_file&) = delete;

 private:
  std::filesystem::path path_;
  file_descriptor lock_;
};

} // namespace paceline
