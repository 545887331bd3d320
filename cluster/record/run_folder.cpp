#include "cluster/record/run_folder.hpp"

#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace paceline {

namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = ".lock";

/// Throws where another process holds the folder. The file stays when the lock is dropped: removing it would let two
/// processes lock two files of one name. The locked file holds the owner's process id.
file_descriptor lock(const fs::path& folder) {
  file_descriptor file(folder / lock_name, O_RDWR | O_CREAT);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      throw io_failure(file.path(), "lock", errno);
    const auto owner = read_whole_file(file.path());
    throw invalid_input(fmt::format("{}: is in use by process {}", folder.string(), owner.empty() ? "unknown" : owner));
  }
  try {
    if (::ftruncate(file.get(), 0) != 0)
      throw io_failure(file.path(), "write", errno);
    file.write(std::to_string(::getpid()));
  } catch (const io_failure&) {
    ::unlink(file.path().c_str());
    throw;
  }
  return file;
}

void remove_made(const std::vector<fs::path>& innermost_first) {
  std::error_code ignored;
  for (const auto& folder : innermost_first)
    fs::remove(folder, ignored);
}

/// Makes a folder and those above it; returns those that were not there, innermost first.
std::vector<fs::path> make_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (auto path = folder; !path.empty() && !fs::exists(path, error); path = path.parent_path()) {
    if (error)
      throw io_failure(path, "create folder", error.value());
    missing.push_back(path);
  }
  for (std::size_t i = missing.size(); i-- > 0;) {
    if (fs::create_directory(missing[i], error) || !error)
      continue;
    remove_made({missing.begin() + static_cast<std::ptrdiff_t>(i) + 1, missing.end()});
    throw io_failure(missing[i], "create folder", error.value());
  }
  return missing;
}

/// What a launch leaves that was killed before it had written anything.
bool is_left_by_set_up(const fs::directory_entry& entry) {
  const auto name = entry.path().filename().string();
  std::error_code ignored;
  return name == lock_name || name.ends_with(unfinished_suffix)
         || (name == "checkpoints" && fs::is_empty(entry.path(), ignored));
}

bool holds_anything(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (!is_left_by_set_up(*entry))
      return true;
  if (error)
    throw io_failure(folder, "read", error.value());
  return false;
}

void require_empty(const fs::path& folder) {
  if (holds_anything(folder))
    throw invalid_input(
      fmt::format("{0}: is not empty; go on with --resume {0} or give another output.name", folder.string()));
}

/// Locks a folder in which nothing lies yet; `made` are the folders that were made for it.
file_descriptor lock_empty(const fs::path& folder, const std::vector<fs::path>& made) {
  try {
    require_empty(folder);
    auto held = lock(folder);
    // Again, now that nobody else writes into it.
    require_empty(folder);
    return held;
  } catch (...) {
    // Where another process was faster with the lock its file lies there, and the folder stays.
    remove_made(made);
    throw;
  }
}

/// "runs/a/" names the folder "runs/a".
fs::path without_slash(const fs::path& folder) {
  return folder.has_filename() ? folder : folder.parent_path();
}

} // namespace

run_folder run_folder::create(const fs::path& folder) {
  const auto path = without_slash(folder);
  auto made = make_folders(path);
  auto held = lock_empty(path, made);
  run_folder result(path, std::move(held), std::move(made), false);
  std::error_code error;
  if (!fs::create_directory(result.checkpoints(), error) && error)
    throw io_failure(result.checkpoints(), "create folder", error.value());
  return result;
}

run_folder run_folder::resume(const fs::path& folder) {
  const auto path = without_slash(folder);
  if (!holds_run(path))
    throw invalid_input(fmt::format("{}: no run to resume: it has no config.json", path.string()));
  run_folder result(path, lock(path), {}, true);
  std::error_code error;
  fs::create_directory(result.checkpoints(), error);
  if (error)
    throw io_failure(result.checkpoints(), "create folder", error.value());
  remove_unfinished_checkpoints(result.checkpoints());
  for (const auto& file :
       {result.metrics(), result.leadership(), result.summary(), result.config(), result.node_ends()})
    fs::remove(file.string() + std::string(unfinished_suffix), error);
  return result;
}

run_folder::run_folder(fs::path path, file_descriptor lock, std::vector<fs::path> made, bool kept)
  : path_(std::move(path)), lock_(std::move(lock)), made_(std::move(made)), kept_(kept) {}

run_folder::run_folder(run_folder&& other) noexcept
  : path_(std::move(other.path_)),
    lock_(std::move(other.lock_)),
    made_(std::move(other.made_)),
    kept_(std::exchange(other.kept_, true)) {}

run_folder::~run_folder() {
  if (kept_)
    return;
  // The folder was empty when it was taken: all in it is ours.
  std::error_code ignored;
  for (fs::directory_iterator entry(path_, ignored), end; !ignored && entry != end; entry.increment(ignored))
    fs::remove_all(entry->path(), ignored);
  remove_made(made_);
}

fs::path node_folder(const fs::path& run, std::string_view node) {
  return run / "nodes" / node;
}

bool holds_run(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "config.json", ignored);
}

std::optional<fs::path> latest_checkpoint_of(const fs::path& folder) {
  const auto checkpoints = folder / "checkpoints";
  std::error_code ignored;
  return fs::is_directory(checkpoints, ignored) ? find_latest_checkpoint(checkpoints) : std::nullopt;
}

} // namespace paceline
