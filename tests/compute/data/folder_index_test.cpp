#include "compute/data/folder_index.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace paceline;

namespace {

namespace fs = std::filesystem;

void make_files(const fs::path& folder, std::initializer_list<const char*> names) {
  for (const fs::path name : names) {
    fs::create_directories((folder / name).parent_path());
    write_contents(folder / name, "x");
  }
}

std::vector<std::string> files_of(const folder_index& index) {
  std::vector<std::string> files;
  for (std::size_t i = 0; i < index.size(); ++i)
    files.push_back(index.path(i).lexically_relative(index.folder()).string());
  return files;
}

std::string error_of_index(const fs::path& folder) {
  try {
    folder_index{folder};
  } catch (const invalid_input& error) {
    return error.what();
  }
  return "no error";
}

} // namespace

TEST_CASE("classes and pictures come in the order of their names' bytes, each picture with its class") {
  const temporary_folder folder;
  make_files(folder.path(),
             {"dog/2.jpg", "dog/10.JPG", "cat/b.jpeg", "cat/a.JPEG", "Zebra/below/deep/1.jpg", "Zebra/z.jpg"});
  const folder_index index(folder.path());
  REQUIRE(index.class_names() == std::vector<std::string>{"Zebra", "cat", "dog"});
  REQUIRE(files_of(index)
          == std::vector<std::string>{"Zebra/below/deep/1.jpg", "Zebra/z.jpg", "cat/a.JPEG", "cat/b.jpeg", "dog/10.JPG",
                                      "dog/2.jpg"});
  for (std::size_t i = 0; i < 6; ++i)
    REQUIRE(index.label(i) == static_cast<std::int32_t>(i / 2));
  REQUIRE(index.first_of(0) == 0);
  REQUIRE(index.first_of(1) == 2);
  REQUIRE(index.first_of(3) == 6);
}

TEST_CASE("hidden things, files of other kinds and files beside the classes are passed over") {
  const temporary_folder folder;
  make_files(folder.path(), {"a/1.jpg", "b/1.jpg", "a/.2.jpg", "a/.thumbs/3.jpg", ".git/4.jpg", "a/notes.txt", "a/jpg",
                             "5.jpg", "a/1.jpg.part"});
  REQUIRE(files_of(folder_index(folder.path())) == std::vector<std::string>{"a/1.jpg", "b/1.jpg"});
}

TEST_CASE("links to pictures and to class folders are followed, links below and those to nowhere are not") {
  const temporary_folder folder;
  make_files(folder.path(), {"elsewhere/c/1.jpg", "set/a/1.jpg"});
  const auto set = folder / "set";
  fs::create_directory_symlink("../elsewhere/c", set / "b");
  fs::create_symlink("1.jpg", set / "a" / "2.jpg");
  fs::create_symlink("nowhere.jpg", set / "a" / "3.jpg");
  // Would be walked through for ever.
  fs::create_directory_symlink("..", set / "a" / "up.jpg");
  REQUIRE(files_of(folder_index(set)) == std::vector<std::string>{"a/1.jpg", "a/2.jpg", "b/1.jpg"});
}

TEST_CASE("a folder that cannot be learned from is an error with its path, what was found and what is allowed") {
  const temporary_folder folder;
  const auto set = folder / "set";
  REQUIRE(error_of_index(set)
          == set.string()
               + " does not exist: needed is a folder for each class with its pictures, such as train/cat/1.jpg");
  write_contents(set, "x");
  REQUIRE(error_of_index(set).starts_with(set.string() + " is no folder: needed is "));
  fs::remove(set);
  fs::create_directory(set);
  REQUIRE(error_of_index(set).starts_with(set.string() + ": found no class, allowed are two or more: "));
  make_files(set, {"cat/1.jpg"});
  REQUIRE(error_of_index(set).starts_with(set.string() + ": found one class, cat, allowed are two or more: "));
  fs::create_directory(set / "dog");
  REQUIRE(error_of_index(set)
          == (set / "dog").string() + " has no picture: found nothing, allowed are files that end in .jpg or .jpeg");
  make_files(set, {"dog/1.png", "dog/2.gif"});
  REQUIRE(error_of_index(set)
          == (set / "dog").string()
               + " has no picture: found 2 of other kinds, allowed are files that end in .jpg or .jpeg");
}

TEST_CASE("the search for pictures ends as soon as it is no longer wanted") {
  const temporary_folder folder;
  make_files(folder.path(), {"a/1.jpg", "b/1.jpg"});
  REQUIRE_THROWS_AS(folder_index(folder.path(), [] { return true; }), work_cancelled);
}
