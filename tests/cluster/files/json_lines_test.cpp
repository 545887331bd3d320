#include "cluster/files/json_lines.hpp"

#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/files/small_disk.hpp"
#include "tests/skip.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

using namespace paceline;
using nlohmann::json;

namespace {

bool up_to_two(const json& object) {
  return object["time"] <= 2;
}

} // namespace

TEST_CASE("each object appended is a line that is there at once") {
  const temporary_folder folder;
  const auto path = folder / "a.jsonl";
  json_lines lines(path);
  lines.append({{"time", 1}});
  REQUIRE(contents_of(path) == "{\"time\":1}\n");
  lines.append({{"what", "two\nlines"}, {"loss", NAN}});
  REQUIRE(contents_of(path) == "{\"time\":1}\n{\"loss\":null,\"what\":\"two\\nlines\"}\n");
}

TEST_CASE("a log opened again goes on behind its last line") {
  const temporary_folder folder;
  const auto path = folder / "a.jsonl";
  json_lines(path).append({{"time", 1}});
  json_lines(path).append({{"time", 2}});
  REQUIRE(contents_of(path) == "{\"time\":1}\n{\"time\":2}\n");
}

TEST_CASE("text that is not UTF-8 does not stop a log") {
  const temporary_folder folder;
  json_lines(folder / "a.jsonl").append({{"what", "caf\xe9"}});
  REQUIRE(json::parse(contents_of(folder / "a.jsonl"))["what"] == "caf\xef\xbf\xbd");
}

TEST_CASE("a log on a full device fails in one line") {
  json_lines lines("/dev/full");
  REQUIRE_THROWS_WITH(lines.append({{"time", 1}}), "/dev/full: cannot write: No space left on device");
}

TEST_CASE("a line that does not fit on the disk is taken back whole") {
  const small_disk disk(16384);
  if (!disk.is_there()) {
    skip_test("no file system of its own can be mounted");
    return;
  }
  const auto path = disk.path() / "a.jsonl";
  json_lines lines(path);
  lines.append({{"time", 1}});
  REQUIRE_THROWS_AS(lines.append({{"what", std::string(100'000, 'x')}}), io_failure);
  REQUIRE(contents_of(path) == "{\"time\":1}\n");
  lines.append({{"time", 2}});
  REQUIRE(contents_of(path) == "{\"time\":1}\n{\"time\":2}\n");
}

TEST_CASE("lines behind a checkpoint and half a last line are dropped") {
  const temporary_folder folder;
  const auto path = folder / "a.jsonl";
  // Asynchronous parts write a little out of order.
  write_contents(path, "{\"time\":1}\n{\"time\":3}\n{\"time\":2}\n{\"time\":2.5}\n{\"time\":1");
  REQUIRE(keep_json_lines(path, up_to_two) == 3);
  REQUIRE(contents_of(path) == "{\"time\":1}\n{\"time\":2}\n");
  REQUIRE(keep_json_lines(path, up_to_two) == 0);
}

TEST_CASE("a log that is not there has nothing to drop") {
  const temporary_folder folder;
  REQUIRE(keep_json_lines(folder / "a.jsonl", up_to_two) == 0);
  REQUIRE(entries_in(folder.path()) == 0);
}

TEST_CASE("a whole line that is not an object is an error with its number, and the log stays as it is") {
  const temporary_folder folder;
  const auto path = folder / "a.jsonl";
  const std::string damaged = "{\"time\":3}\n17\n{\"time\":1}\n";
  write_contents(path, damaged);
  REQUIRE_THROWS_WITH(keep_json_lines(path, up_to_two),
                      path.string() + ":2: not a JSON object; remove the line to resume");
  REQUIRE(contents_of(path) == damaged);
}
