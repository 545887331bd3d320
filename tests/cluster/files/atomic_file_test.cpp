#include "cluster/files/atomic_file.hpp"

#include "cluster/files/io_failure.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/files/small_disk.hpp"
#include "tests/skip.hpp"
#include "tests/temporary_folder.hpp"

#include <string>

using namespace paceline;

TEST_CASE("a file written atomically replaces the one before it and leaves nothing beside it") {
  const temporary_folder folder;
  write_file_atomically(folder / "a.json", "old");
  write_file_atomically(folder / "a.json", "new");
  REQUIRE(contents_of(folder / "a.json") == "new");
  REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("a file that is not committed leaves the one before it as it was") {
  const temporary_folder folder;
  write_file_atomically(folder / "a.json", "old");
  {
    atomic_file file(folder / "a.json");
    file.write(std::string_view("half of the n"));
    REQUIRE(contents_of(folder / "a.json") == "old");
  }
  REQUIRE(contents_of(folder / "a.json") == "old");
  REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("a file in a missing folder is refused in one line with its own name and the reason") {
  const temporary_folder folder;
  const auto path = folder / "missing/a.json";
  REQUIRE_THROWS_WITH(write_file_atomically(path, "x"), path.string() + ": cannot create: No such file or directory");
}

TEST_CASE("a full disk fails a write in one line and leaves the old file alone") {
  const small_disk disk(16384);
  if (!disk.is_there()) {
    skip_test("no file system of its own can be mounted");
    return;
  }
  const auto path = disk.path() / "a.json";
  write_file_atomically(path, "old");
  REQUIRE_THROWS_WITH(write_file_atomically(path, std::string(100'000, 'x')),
                      path.string() + ": cannot write: No space left on device");
  REQUIRE(contents_of(path) == "old");
  REQUIRE(entries_in(disk.path()) == 1);
}
