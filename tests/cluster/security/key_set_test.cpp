#include "cluster/security/key_set.hpp"

#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/files/small_disk.hpp"
#include "tests/skip.hpp"
#include "tests/temporary_folder.hpp"

#include <sys/stat.h>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;
using std::filesystem::perms;

namespace {

/// A folder with a key set in it, under "keys".
class made_keys {
 public:
  made_keys() { make_key_set(path()); }

  std::filesystem::path path() const { return parent_ / "keys"; }
  std::filesystem::path operator/(const char* name) const { return path() / name; }

 private:
  temporary_folder parent_;
};

perms mode_of(const std::filesystem::path& path) {
  return std::filesystem::status(path).permissions();
}

} // namespace

TEST_CASE("a new key set holds four files that only their owner may read") {
  const made_keys keys;
  REQUIRE(mode_of(keys.path()) == perms::owner_all);
  REQUIRE(entries_in(keys.path()) == 4);
  for (const auto* name : {node_key_name, operator_key_name, read_only_key_name, admitted_name})
    REQUIRE(mode_of(keys / name) == (perms::owner_read | perms::owner_write));
  REQUIRE(entries_in(keys.path().parent_path()) == 1);
}

TEST_CASE("only their owner may read new keys, whatever the process's mask is") {
  const auto before = ::umask(0);
  const made_keys keys;
  ::umask(before);
  REQUIRE(mode_of(keys.path()) == perms::owner_all);
  REQUIRE(mode_of(keys / node_key_name) == (perms::owner_read | perms::owner_write));
}

TEST_CASE("nodes and shells of one key set know each other's public keys") {
  const made_keys keys;
  const auto node = load_node_keys(keys.path());
  const auto for_operator = load_shell_key(keys / operator_key_name);
  const auto read_only = load_shell_key(keys / read_only_key_name);
  REQUIRE(node.folder == keys.path());
  REQUIRE(for_operator.role == key_role::operator_shell);
  REQUIRE(read_only.role == key_role::read_only_shell);
  REQUIRE(node.operator_public == for_operator.keys.public_key);
  REQUIRE(node.read_only_public == read_only.keys.public_key);
  REQUIRE(node.node.public_key == for_operator.node_public);
  REQUIRE(node.node.public_key == read_only.node_public);
}

TEST_CASE("a node needs its own key and the list of shells, a shell its key alone") {
  const made_keys keys;
  std::filesystem::remove(keys / operator_key_name);
  std::filesystem::remove(keys / read_only_key_name);
  REQUIRE_NOTHROW(load_node_keys(keys.path()));
  const made_keys others;
  std::filesystem::remove(others / node_key_name);
  std::filesystem::remove(others / admitted_name);
  REQUIRE_NOTHROW(load_shell_key(others / operator_key_name));
}

TEST_CASE("keys are never written over") {
  const made_keys keys;
  const auto before = contents_of(keys / node_key_name);
  REQUIRE_THROWS_WITH(make_key_set(keys.path()), ContainsSubstring("holds a key set already"));
  REQUIRE(contents_of(keys / node_key_name) == before);

  const temporary_folder folder;
  write_contents(folder / "file", "x");
  REQUIRE_THROWS_WITH(make_key_set(folder.path()), ContainsSubstring("is not empty; a key set needs a new folder"));
  REQUIRE_THROWS_WITH(make_key_set(folder / "file"), ContainsSubstring("is there and no folder"));
  REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("an empty folder and a name with a slash behind it will do, and what a killed process left is removed") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder / "empty");
  make_key_set(folder / "empty");
  REQUIRE(mode_of(folder / "empty") == perms::owner_all);

  std::filesystem::create_directory(folder / "new.partial");
  write_contents(folder / "new.partial/node.key", "half");
  make_key_set(folder / "new/");
  REQUIRE_NOTHROW(load_node_keys(folder / "new"));
  REQUIRE(entries_in(folder.path()) == 2);
}

TEST_CASE("a key set that cannot be written leaves nothing behind") {
  const temporary_folder folder;
  REQUIRE_THROWS_WITH(make_key_set(folder / "missing/keys"),
                      ContainsSubstring("missing/keys: cannot create folder: No such file or directory"));
  REQUIRE(entries_in(folder.path()) == 0);
}

TEST_CASE("a full disk leaves no half of a key set") {
  // The folder itself takes a page, so that the files do not all fit.
  const small_disk disk(3 * 4096);
  if (!disk.is_there()) {
    skip_test("no file system of its own can be mounted");
    return;
  }
  REQUIRE_THROWS_AS(make_key_set(disk.path() / "keys"), io_failure);
  REQUIRE(entries_in(disk.path()) == 0);
}

TEST_CASE("a missing file of a key set is refused with the command that makes one") {
  const made_keys keys;
  std::filesystem::remove(keys / admitted_name);
  REQUIRE_THROWS_WITH(load_node_keys(keys.path()),
                      (keys / admitted_name).string() + ": is missing; `paceline keys DIR` makes a key set");
  std::filesystem::remove(keys / node_key_name);
  REQUIRE_THROWS_WITH(load_node_keys(keys.path()), ContainsSubstring("node.key: is missing"));
  REQUIRE_THROWS_WITH(load_shell_key(keys / "none"), ContainsSubstring("none: is missing"));
}

TEST_CASE("a key that others may read is refused with the command that mends it") {
  const made_keys keys;
  const auto mode = GENERATE(perms::group_read, perms::others_read, perms::group_write, perms::others_exec);
  for (const auto* name : {node_key_name, operator_key_name})
    std::filesystem::permissions(keys / name, mode, std::filesystem::perm_options::add);
  REQUIRE_THROWS_WITH(load_node_keys(keys.path()),
                      ContainsSubstring("node.key: others may read or write it (mode 06")
                        && ContainsSubstring("), allowed is 0600; chmod 600 " + keys.path().string()));
  REQUIRE_THROWS_WITH(load_shell_key(keys / operator_key_name), ContainsSubstring("others may read or write it"));
}

TEST_CASE("the list of admitted shells may be read by others and not be written") {
  const made_keys keys;
  std::filesystem::permissions(keys / admitted_name, perms(0644));
  REQUIRE_NOTHROW(load_node_keys(keys.path()));
  std::filesystem::permissions(keys / admitted_name, perms(0664));
  REQUIRE_THROWS_WITH(load_node_keys(keys.path()), ContainsSubstring("admitted.json: others may write it (mode 0664)"));
}

TEST_CASE("a damaged file of a key set is refused by its name") {
  const made_keys keys;
  std::filesystem::resize_file(keys / admitted_name, 20);
  REQUIRE_THROWS_WITH(load_node_keys(keys.path()), ContainsSubstring("admitted.json: is damaged: "));
  std::filesystem::resize_file(keys / node_key_name, 1 << 20);
  REQUIRE_THROWS_WITH(load_node_keys(keys.path()), ContainsSubstring("node.key: is longer than 4096 bytes"));
}

TEST_CASE("what is no file is refused as a key and does not hold the program up") {
  const made_keys keys;
  std::filesystem::create_directory(keys / "folder.key");
  REQUIRE_THROWS_WITH(load_shell_key(keys / "folder.key"), ContainsSubstring("folder.key: is no file"));
  REQUIRE(::mkfifo((keys / "pipe.key").c_str(), 0600) == 0);
  REQUIRE_THROWS_WITH(load_shell_key(keys / "pipe.key"), ContainsSubstring("pipe.key: is no file"));
}

TEST_CASE("a key of another role is refused where it stands for a node's or a shell's") {
  const made_keys keys;
  REQUIRE_THROWS_WITH(load_shell_key(keys / node_key_name),
                      ContainsSubstring("is a node's key, that of a shell is needed"));
  std::filesystem::rename(keys / operator_key_name, keys / node_key_name);
  REQUIRE_THROWS_WITH(load_node_keys(keys.path()),
                      ContainsSubstring("node.key: is a key of role operator, that of a node is needed"));
}
