#include "cluster/record/run_folder.hpp"

#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/killed_process.hpp"
#include "tests/temporary_folder.hpp"

#include <cstdlib>
#include <string>

#include <unistd.h>

using namespace paceline;

namespace {

/// Works with nobody's rights for a while, where the test runs as root.
class without_rights {
 public:
  without_rights() : dropped_(::geteuid() == 0 && ::seteuid(65534) == 0) {}
  ~without_rights() {
    if (dropped_ && ::seteuid(0) != 0)
      std::abort();
  }

 private:
  bool dropped_;
};

} // namespace

TEST_CASE("a run's folder is made with those above it and stays once its set-up is done") {
  const temporary_folder folder;
  {
    auto run = run_folder::create(folder / "runs/a");
    write_file_atomically(run.config(), "{}");
    run.keep();
  }
  REQUIRE(std::filesystem::exists(folder / "runs/a/config.json"));
  REQUIRE(std::filesystem::is_directory(folder / "runs/a/checkpoints"));
}

TEST_CASE("a run's folder goes again where its set-up fails") {
  const temporary_folder folder;
  {
    const auto run = run_folder::create(folder / "some/runs/a");
    write_file_atomically(run.config(), "{}");
  }
  REQUIRE(entries_in(folder.path()) == 0);
}

TEST_CASE("a folder that was there before stays, empty as it was, where the set-up fails") {
  const temporary_folder folder;
  std::filesystem::create_directories(folder / "runs/a");
  {
    const auto run = run_folder::create(folder / "runs/a/");
    write_file_atomically(run.config(), "{}");
  }
  REQUIRE(std::filesystem::is_directory(folder / "runs/a"));
  REQUIRE(entries_in(folder / "runs/a") == 0);
}

TEST_CASE("a folder that holds something is refused with what to do, and left as it is") {
  const temporary_folder folder;
  write_contents(folder / "mine.txt", "x");
  REQUIRE_THROWS_WITH(run_folder::create(folder.path()), folder.path().string() + ": is not empty; go on with --resume "
                                                           + folder.path().string() + " or give another output.name");
  REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("a folder in use is refused with the process that uses it") {
  const temporary_folder folder;
  const auto path = folder / "a";
  auto run = run_folder::create(path);
  write_file_atomically(run.config(), "{}");
  run.keep();
  REQUIRE_THROWS_WITH(run_folder::resume(path), path.string() + ": is in use by process " + std::to_string(::getpid()));
}

TEST_CASE("the lock of a process that was killed is free") {
  const temporary_folder folder;
  const auto path = folder / "a";
  {
    auto run = run_folder::create(path);
    write_file_atomically(run.config(), "{}");
    run.keep();
  }
  REQUIRE(kill_while_it_works(50'000, [&] {
    const auto run = run_folder::resume(path);
    ::pause();
  }));
  REQUIRE(run_folder::resume(path).path() == path);
}

TEST_CASE("an earlier run is opened without what a killed process left half-written") {
  const temporary_folder folder;
  {
    auto run = run_folder::create(folder / "a");
    write_file_atomically(run.config(), "{}");
    run.keep();
  }
  std::filesystem::create_directory(folder / "a/checkpoints/step-000000001.partial");
  write_contents(folder / "a/summary.json.partial", "{");
  const auto run = run_folder::resume(folder / "a");
  REQUIRE(entries_in(run.checkpoints()) == 0);
  REQUIRE_FALSE(std::filesystem::exists(folder / "a/summary.json.partial"));
  REQUIRE(contents_of(run.config()) == "{}");
}

TEST_CASE("a folder without a run cannot be resumed") {
  const temporary_folder folder;
  REQUIRE_THROWS_WITH(run_folder::resume(folder.path()),
                      folder.path().string() + ": no run to resume: it has no config.json");
  REQUIRE(entries_in(folder.path()) == 0);
}

TEST_CASE("a run below a file is refused in one line") {
  const temporary_folder folder;
  write_contents(folder / "file", "x");
  const auto path = folder / "file/a";
  REQUIRE_THROWS_WITH(run_folder::create(path), path.string() + ": cannot create folder: Not a directory");
}

TEST_CASE("a run in a folder that may not be written is refused in one line and leaves nothing") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder / "closed");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(folder / "closed", std::filesystem::perms(0555));
  const auto path = folder / "closed/runs";
  {
    const without_rights nobody;
    REQUIRE_THROWS_WITH(run_folder::create(path / "a"), path.string() + ": cannot create folder: Permission denied");
  }
  REQUIRE(entries_in(folder / "closed") == 0);
}
