#include "compute/data/folder_index.hpp"

#include "compute/errors.hpp"

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

namespace paceline {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view layout = "a folder for each class with its pictures, such as train/cat/1.jpg";

bool is_hidden(const fs::path& path) {
  return path.filename().native().starts_with('.');
}

bool is_picture(const fs::path& path) {
  auto ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return ending == ".jpg" || ending == ".jpeg";
}

[[noreturn]] void throw_unreadable(const fs::path& folder, const std::error_code& error) {
  throw invalid_input("cannot read " + folder.string() + ": " + error.message());
}

/// Calls `look` with each entry that is not hidden, in no order.
template <class Look>
void for_each_entry(const fs::path& folder, Look look) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    if (!is_hidden(entries->path()))
      look(*entries);
  if (error)
    throw_unreadable(folder, error);
}

std::vector<std::string> class_folders(const fs::path& folder) {
  std::vector<std::string> names;
  for_each_entry(folder, [&](const fs::directory_entry& entry) {
    std::error_code ignored;
    if (entry.is_directory(ignored))
      names.push_back(entry.path().filename().string());
  });
  std::sort(names.begin(), names.end());
  return names;
}

/// Of one class.
struct found_files {
  /// Below the class's folder.
  std::vector<std::string> pictures;
  std::size_t others = 0;
};

void look_through(const fs::path& folder, const std::string& below, const std::function<bool()>& cancelled,
                  found_files& found) {
  constexpr std::size_t entries_between = 1024;
  std::size_t seen = 0;
  for_each_entry(folder, [&](const fs::directory_entry& entry) {
    if (cancelled && seen++ % entries_between == 0 && cancelled())
      throw work_cancelled("the search for pictures was cancelled");
    const auto name = below + entry.path().filename().string();
    std::error_code ignored;
    // What leads nowhere, or is a device, is no file.
    if (entry.is_directory(ignored)) {
      if (!entry.is_symlink(ignored))
        look_through(entry.path(), name + "/", cancelled, found);
    } else if (entry.is_regular_file(ignored) && is_picture(entry.path())) {
      found.pictures.push_back(name);
    } else {
      ++found.others;
    }
  });
}

} // namespace

folder_index::folder_index(fs::path folder, const std::function<bool()>& cancelled) : folder_(std::move(folder)) {
  std::error_code ignored;
  if (!fs::is_directory(folder_, ignored))
    throw invalid_input(folder_.string() + (fs::exists(folder_, ignored) ? " is no folder" : " does not exist")
                        + ": needed is " + std::string(layout));
  class_names_ = class_folders(folder_);
  if (class_names_.size() < 2)
    throw invalid_input(folder_.string() + ": found "
                        + (class_names_.empty() ? "no class" : "one class, " + class_names_.front())
                        + ", allowed are two or more: " + std::string(layout));
  for (const auto& name : class_names_)
    add_class(name, cancelled);
  firsts_.push_back(size());
  if (size() > std::numeric_limits<std::uint32_t>::max())
    throw invalid_input(folder_.string() + ": found " + std::to_string(size()) + " pictures, allowed are "
                        + std::to_string(std::numeric_limits<std::uint32_t>::max()));
}

void folder_index::add_class(const std::string& name, const std::function<bool()>& cancelled) {
  found_files found;
  look_through(folder_ / name, "", cancelled, found);
  if (found.pictures.empty())
    throw invalid_input((folder_ / name).string() + " has no picture: found "
                        + (found.others == 0 ? "nothing" : std::to_string(found.others) + " of other kinds")
                        + ", allowed are files that end in .jpg or .jpeg");
  std::sort(found.pictures.begin(), found.pictures.end());
  firsts_.push_back(size());
  for (const auto& picture : found.pictures) {
    names_ += picture;
    name_ends_.push_back(names_.size());
  }
}

std::int32_t folder_index::label(std::size_t picture) const {
  const auto behind = std::upper_bound(firsts_.begin(), firsts_.end(), picture);
  return static_cast<std::int32_t>(behind - firsts_.begin()) - 1;
}

fs::path folder_index::path(std::size_t picture) const {
  const auto begin = picture == 0 ? 0 : name_ends_[picture - 1];
  return folder_ / class_names_[static_cast<std::size_t>(label(picture))]
         / std::string_view(names_).substr(begin, name_ends_[picture] - begin);
}

std::size_t folder_index::memory_bytes() const {
  return names_.capacity() + name_ends_.capacity() * sizeof(std::size_t);
}

} // namespace paceline
