#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// Which pictures lie in a folder that has a folder for each class: FOLDER/CLASS/NAME.jpg, also in folders below a class's. Classes
/// and the pictures of each are in the order of their names' bytes. Holds their paths, some tens of bytes a picture, and nothing
/// of the pictures themselves.
class folder_index {
 public:
  /// Looks through the folder once. Pictures are files whose names end in .jpg or .jpeg, in whatever case; files of other names and
  /// whatever begins with a dot are passed over. Links to files and to class folders are followed, those to folders below are
  /// not. Asks `cancelled` now and then, and ends with work_cancelled once it says so; nullptr for never.
  /// Throws invalid_input, with the path, where the folder is not there, has fewer than two classes, or a class has no picture.
  explicit folder_index(std::filesystem::path folder, const std::function<bool()>& cancelled = nullptr);

  const std::filesystem::path& folder() const { return folder_; }
  const std::vector<std::string>& class_names() const { return class_names_; }

  std::size_t size() const { return name_ends_.size(); }
  std::int32_t label(std::size_t picture) const;
  std::filesystem::path path(std::size_t picture) const;

  /// The pictures of a class are those in [first_of(label), first_of(label + 1)).
  std::size_t first_of(std::int32_t label) const { return firsts_[static_cast<std::size_t>(label)]; }

  std::size_t memory_bytes() const;

 private:
  void add_class(const std::string& name, const std::function<bool()>& cancelled);

  std::filesystem::path folder_;
  std::vector<std::string> class_names_;
  /// One more than there are classes.
  std::vector<std::size_t> firsts_;
  /// Paths below the class's folder, one behind the other, and where each ends.
  std::string names_;
  std::vector<std::size_t> name_ends_;
};

} // namespace paceline
