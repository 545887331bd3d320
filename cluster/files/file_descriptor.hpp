#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace paceline {

/// Owns one open file of the system. Move-only; closed when destroyed. Each failure is an io_failure that names the
/// path.
class file_descriptor {
 public:
  /// As open(2); files are created with mode 0666 and the process's mask, and are not inherited by child processes.
  file_descriptor(std::filesystem::path path, int flags);
  ~file_descriptor();

  file_descriptor(file_descriptor&& other) noexcept;
  file_descriptor& operator=(file_descriptor&& other) noexcept;

  int get() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }

  /// Writes all of it at the file's position. On failure a part may have been written.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Fills `out` from `offset` on; false where the file ends before.
  bool read_at(std::size_t offset, std::span<std::byte> out) const;

  /// Throws invalid_input where it is a pipe, a device or a folder.
  void require_file() const;

  /// Size of the file in bytes.
  std::size_t size() const;

  /// Returns once everything written is on the disk.
  void sync();

  /// Closes the file and reports what only then comes to light (a full quota on a network file system).
  void close();

 private:
  std::filesystem::path path_;
  int descriptor_;
};

/// All of a small file.
/// Throws io_failure.
std::string read_whole_file(const std::filesystem::path& path);

/// Makes the names in a folder last: to be called after a file in it was created, renamed or removed.
void sync_folder(const std::filesystem::path& folder);

} // namespace paceline
