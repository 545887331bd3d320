#include "cluster/files/file_descriptor.hpp"

#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace paceline {

file_descriptor::file_descriptor(std::filesystem::path path, int flags)
  : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0)
    throw io_failure(path_, flags & O_CREAT ? "create" : "open", errno);
}

file_descriptor::~file_descriptor() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

file_descriptor::file_descriptor(file_descriptor&& other) noexcept
  : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

file_descriptor& file_descriptor::operator=(file_descriptor&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void file_descriptor::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0)
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      throw io_failure(path_, "write", errno);
  }
}

bool file_descriptor::read_at(std::size_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const auto got = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got == 0)
      return false;
    if (got > 0) {
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      throw io_failure(path_, "read", errno);
    }
  }
  return true;
}

void file_descriptor::require_file() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0)
    throw io_failure(path_, "read", errno);
  if (!S_ISREG(status.st_mode))
    throw invalid_input(path_.string() + ": is no file");
}

std::size_t file_descriptor::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0)
    throw io_failure(path_, "read", errno);
  return static_cast<std::size_t>(status.st_size);
}

void file_descriptor::sync() {
  if (::fsync(descriptor_) != 0)
    throw io_failure(path_, "write", errno);
}

void file_descriptor::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0)
    throw io_failure(path_, "write", errno);
}

std::string read_whole_file(const std::filesystem::path& path) {
  const file_descriptor file(path, O_RDONLY);
  std::string contents(file.size(), '\0');
  if (!file.read_at(0, std::as_writable_bytes(std::span(contents))))
    throw io_failure(path, "read", EIO);
  return contents;
}

void sync_folder(const std::filesystem::path& folder) {
  file_descriptor(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY).sync();
}

} // namespace paceline
