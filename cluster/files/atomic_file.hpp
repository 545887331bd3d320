#pragma once

#include "cluster/files/file_descriptor.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace paceline {

/// What a name ends in while its file or folder is being written. Nobody reads such a thing; one that lies there was
/// left by a killed process and may be removed.
inline constexpr std::string_view unfinished_suffix = ".partial";

/// A file that is there complete or not at all, also after a crash: written beside its target under a name with
/// unfinished_suffix and renamed on commit. Until then a file that was there before stays as it is. One writer a target
/// at a time.
/// Each failure is an io_failure that names the target; no part of a file is left behind.
class atomic_file {
 public:
  explicit atomic_file(std::filesystem::path target);
  /// Removes what was written, unless it was committed.
  ~atomic_file();

  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Returns once the file is on the disk under its own name. Called once, as the last thing.
  void commit();

 private:
  /// Runs `action` with failures named by the target instead of the temporary name.
  template <class Action>
  void for_target(Action action);

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  file_descriptor file_;
  bool committed_ = false;
};

void write_file_atomically(const std::filesystem::path& target, std::string_view contents);

} // namespace paceline
