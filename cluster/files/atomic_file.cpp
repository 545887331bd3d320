#include "cluster/files/atomic_file.hpp"

#include "cluster/files/io_failure.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace paceline {

namespace {

std::filesystem::path unfinished_name(const std::filesystem::path& target) {
  return target.string() + std::string(unfinished_suffix);
}

file_descriptor open_temporary(const std::filesystem::path& target, const std::filesystem::path& temporary) {
  try {
    return {temporary, O_WRONLY | O_CREAT | O_TRUNC};
  } catch (const io_failure& failure) {
    throw io_failure(target, "create", failure.error_number());
  }
}

} // namespace

atomic_file::atomic_file(std::filesystem::path target)
  : target_(std::move(target)), temporary_(unfinished_name(target_)), file_(open_temporary(target_, temporary_)) {}

atomic_file::~atomic_file() {
  if (!committed_)
    ::unlink(temporary_.c_str());
}

template <class Action>
void atomic_file::for_target(Action action) {
  try {
    action();
  } catch (const io_failure& failure) {
    throw io_failure(target_, "write", failure.error_number());
  }
}

void atomic_file::write(std::span<const std::byte> bytes) {
  for_target([&] { file_.write(bytes); });
}

void atomic_file::commit() {
  for_target([&] {
    file_.sync();
    file_.close();
  });
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
    throw io_failure(target_, "write", errno);
  committed_ = true;
  for_target([&] { sync_folder(target_.parent_path()); });
}

void write_file_atomically(const std::filesystem::path& target, std::string_view contents) {
  atomic_file file(target);
  file.write(contents);
  file.commit();
}

} // namespace paceline
