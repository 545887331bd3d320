#include "cluster/record/merged_logs.hpp"

#include "cluster/files/io_failure.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <vector>

using namespace paceline;
using nlohmann::json;

namespace {

json decision(int second, const std::string& scope, int number, int term = 1) {
  return {{"type", "leader"}, {"wall", "2024-05-01T12:00:0" + std::to_string(second) + ".000Z"},
          {"scope", scope},   {"group", scope == "group" ? json(0) : json()},
          {"term", term},     {"decision", number},
          {"leader", "0.0"}};
}

std::string lines(const std::vector<json>& records) {
  std::string text;
  for (const auto& record : records)
    text += record.dump() + "\n";
  return text;
}

struct merge {
  temporary_folder folder;
  std::vector<json> told;

  std::vector<json> run(const std::vector<json>& a, const std::vector<json>& b) {
    write_contents(folder / "a", lines(a));
    write_contents(folder / "b", lines(b));
    return run();
  }

  std::vector<json> run() {
    merge_logs({{"a", folder / "a"}, {"b", folder / "b"}}, folder / "all", [&](const json& r) { told.push_back(r); });
    std::vector<json> found;
    std::istringstream text(contents_of(folder / "all"));
    for (std::string line; std::getline(text, line);)
      found.push_back(json::parse(line));
    return found;
  }
};

} // namespace

TEST_CASE("lines of several nodes are ordered by the clock on the wall and say where they come from") {
  merge m;
  const auto found =
    m.run({decision(1, "group", 1), decision(4, "group", 2)}, {decision(2, "global", 1), decision(3, "global", 2)});
  REQUIRE(found.size() == 4);
  std::string nodes;
  for (const auto& record : found)
    nodes += record["told_by"].get<std::string>();
  REQUIRE(nodes == "abba");
  REQUIRE(m.told == found);
}

TEST_CASE("a decision that several nodes tell of stands there once, as the first told it") {
  merge m;
  const auto found = m.run({decision(1, "global", 1), decision(3, "global", 2)},
                           {decision(2, "global", 1), decision(3, "global", 1, 2)});
  REQUIRE(found.size() == 3);
  REQUIRE(found[0]["told_by"] == "a");
  REQUIRE(found[1]["decision"] == 2);
  REQUIRE(found[2]["term"] == 2);
}

TEST_CASE("a new holder of the seat stands there once, and each term has its own") {
  merge m;
  const auto seat = [](int second, int term) {
    return json{
      {"type", "seat"}, {"wall", "2024-05-01T12:00:0" + std::to_string(second) + "Z"}, {"term", term}, {"holder", "a"}};
  };
  REQUIRE(m.run({seat(1, 1), seat(3, 2)}, {seat(2, 1), seat(4, 2)}).size() == 2);
}

TEST_CASE("what is no decision is never taken for a double") {
  merge m;
  const json pull{{"type", "pull"}, {"wall", "2024-05-01T12:00:00.000Z"}, {"worker", "0.0"}};
  REQUIRE(m.run({pull, pull}, {pull}).size() == 3);
}

TEST_CASE("half a line and a missing log are left out") {
  merge m;
  write_contents(m.folder / "a", lines({decision(1, "group", 1)}) + R"({"type":"lea)");
  const auto found = m.run();
  REQUIRE(found.size() == 1);
  REQUIRE(found[0]["decision"] == 1);
}

TEST_CASE("logs that are not there at all make an empty one") {
  merge m;
  REQUIRE(m.run().empty());
  REQUIRE(std::filesystem::exists(m.folder / "all"));
}

TEST_CASE("a merged log that cannot be written is an error that names it") {
  REQUIRE_THROWS_AS(merge_logs({}, "/no/such/folder/all", [](const json&) {}), io_failure);
}
