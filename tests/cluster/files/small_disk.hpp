#pragma once

#include "tests/temporary_folder.hpp"

#include <cstddef>
#include <string>

#include <sys/mount.h>

/// A file system of a few kilobytes, to be full soon. Only root can have one, and not in every container: ask
/// is_there().
class small_disk {
 public:
  explicit small_disk(std::size_t size_bytes)
    : there_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, ("size=" + std::to_string(size_bytes)).c_str())
             == 0) {}
  ~small_disk() {
    if (there_)
      ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  bool is_there() const { return there_; }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  temporary_folder folder_;
  bool there_;
};
