#include "cluster/link/socket_file.hpp"

#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace paceline {

namespace {

/// Whether the file still has its name: the owner before may have removed it between our open and our lock.
bool has_its_name(const file_descriptor& file) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file.get(), &open) == 0 && ::stat(file.path().c_str(), &named) == 0 && open.st_ino == named.st_ino
         && open.st_dev == named.st_dev;
}

file_descriptor lock_beside(const std::filesystem::path& path) {
  while (true) {
    file_descriptor lock(path.string() + ".lock", O_RDWR | O_CREAT);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK)
        throw io_failure(lock.path(), "lock", errno);
      throw invalid_input(fmt::format("endpoint 'ipc://{}' is in use by a running process; a second node needs an "
                                      "address of its own",
                                      path.string()));
    }
    if (has_its_name(lock))
      return lock;
  }
}

} // namespace

socket_file::socket_file(std::filesystem::path path) : path_(std::move(path)), lock_(lock_beside(path_)) {}

socket_file::~socket_file() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  std::filesystem::remove(lock_.path(), ignored);
}

} // namespace paceline
