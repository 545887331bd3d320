#include "cluster/security/key_set.hpp"

#include "cluster/files/atomic_file.hpp"
#include "cluster/files/file_descriptor.hpp"
#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace paceline {

namespace {

constexpr mode_t read_by_others = 0077;
constexpr mode_t written_by_others = 0022;

void check_free(const std::filesystem::path& folder) {
  std::error_code failed;
  const auto status = std::filesystem::symlink_status(folder, failed);
  if (!std::filesystem::exists(status))
    return;
  if (!std::filesystem::is_directory(status))
    throw invalid_input(fmt::format("{}: is there and no folder; a new one is needed", folder.string()));
  if (std::filesystem::exists(folder / node_key_name))
    throw invalid_input(fmt::format(
      "{}: holds a key set already; choose a new folder (a node admits keys of its own set only)", folder.string()));
  if (!std::filesystem::is_empty(folder))
    throw invalid_input(fmt::format("{}: is not empty; a key set needs a new folder", folder.string()));
}

/// A folder under an unfinished name that becomes `target`, with all that lies in it, or is removed.
class private_folder {
 public:
  explicit private_folder(std::filesystem::path target)
    : target_(std::move(target)), temporary_(target_.string() + std::string(unfinished_suffix)) {
    // One that a killed process left.
    std::error_code ignored;
    std::filesystem::remove_all(temporary_, ignored);
    if (::mkdir(temporary_.c_str(), 0700) != 0)
      throw io_failure(target_, "create folder", errno);
  }

  ~private_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(temporary_, ignored);
  }

  private_folder(const private_folder&) = delete;
  private_folder& operator=(const private_folder&) = delete;

  void write(const char* name, std::string_view contents) {
    file_descriptor file(temporary_ / name, O_WRONLY | O_CREAT | O_EXCL);
    // Before there is something to read in it.
    if (::fchmod(file.get(), 0600) != 0)
      throw io_failure(target_ / name, "protect", errno);
    file.write(contents);
    file.sync();
    file.close();
  }

  void commit() {
    sync_folder(temporary_);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0)
      throw io_failure(target_, "create folder", errno);
    sync_folder(target_.parent_path());
  }

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
};

/// All of a file which `forbidden` of its mode's bits protect.
std::string read_protected(const std::filesystem::path& path, mode_t forbidden) {
  try {
    // A pipe of that name shall not hold the program up.
    const file_descriptor file(path, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
      throw io_failure(path, "read", errno);
    if (!S_ISREG(status.st_mode))
      throw invalid_input(fmt::format("{}: is no file", path.string()));
    if ((status.st_mode & forbidden) != 0)
      throw invalid_input(fmt::format("{}: others may {} it (mode {:04o}), allowed is 0600; chmod 600 {} mends it",
                                      path.string(), forbidden == read_by_others ? "read or write" : "write",
                                      status.st_mode & 07777, path.string()));
    // One byte more than any has tells what is too long.
    std::string text(std::min(file.size(), longest_key_file + 1), '\0');
    if (!file.read_at(0, std::as_writable_bytes(std::span(text))))
      throw io_failure(path, "read", EIO);
    return text;
  } catch (const io_failure& failure) {
    if (failure.error_number() == ENOENT)
      throw invalid_input(fmt::format("{}: is missing; `paceline keys DIR` makes a key set", path.string()));
    throw invalid_input(failure.what());
  }
}

/// What `parse` makes of a file; its reasons get the file's name.
template <class Parse>
auto load(const std::filesystem::path& path, mode_t forbidden, Parse parse) {
  const auto text = read_protected(path, forbidden);
  try {
    return parse(text);
  } catch (const invalid_input& reason) {
    throw invalid_input(fmt::format("{}: {}", path.string(), reason.what()));
  }
}

} // namespace

void make_key_set(const std::filesystem::path& folder) {
  // "keys/" has no name of its own to which a suffix could be added.
  const auto target = folder.has_filename() ? folder : folder.parent_path();
  check_free(target);
  const key_file node{key_role::node, make_curve_keys(), {}};
  const key_file for_operator{key_role::operator_shell, make_curve_keys(), node.keys.public_key};
  const key_file read_only{key_role::read_only_shell, make_curve_keys(), node.keys.public_key};
  private_folder making(target);
  making.write(node_key_name, format_key_file(node));
  making.write(operator_key_name, format_key_file(for_operator));
  making.write(read_only_key_name, format_key_file(read_only));
  making.write(admitted_name, format_admitted_keys({for_operator.keys.public_key, read_only.keys.public_key}));
  making.commit();
}

key_set load_node_keys(const std::filesystem::path& folder) {
  const auto node = load(folder / node_key_name, read_by_others, parse_key_file);
  if (node.role != key_role::node)
    throw invalid_input(fmt::format("{}: is a key of role {}, that of a node is needed",
                                    (folder / node_key_name).string(), to_string(node.role)));
  const auto admitted = load(folder / admitted_name, written_by_others, parse_admitted_keys);
  return {folder, node.keys, admitted.operator_public, admitted.read_only_public};
}

key_file load_shell_key(const std::filesystem::path& file) {
  auto key = load(file, read_by_others, parse_key_file);
  if (key.role == key_role::node)
    throw invalid_input(fmt::format("{}: is a node's key, that of a shell is needed ({} or {})", file.string(),
                                    operator_key_name, read_only_key_name));
  return key;
}

} // namespace paceline
