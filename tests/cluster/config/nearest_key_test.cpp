#include "cluster/config/nearest_key.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace paceline;

TEST_CASE("an edit is a letter more, a letter less, another letter or two letters swapped") {
  REQUIRE(edit_distance("period", "period") == 0);
  REQUIRE(edit_distance("perod", "period") == 1);
  REQUIRE(edit_distance("perioad", "period") == 1);
  REQUIRE(edit_distance("pariod", "period") == 1);
  REQUIRE(edit_distance("peirod", "period") == 1);
  REQUIRE(edit_distance("", "seed") == 4);
  REQUIRE(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest key is the one with the fewest edits, the first of equals, and none if all are far") {
  const std::vector<std::string> keys{"period_group", "period_global", "pull_group", "kind"};
  REQUIRE(nearest_key("perod_group", keys) == "period_group");
  REQUIRE(nearest_key("period_globl", keys) == "period_global");
  REQUIRE(nearest_key("knid", keys) == "kind");
  REQUIRE(nearest_key("eta", keys).empty());
  REQUIRE(nearest_key("", keys).empty());
  REQUIRE(nearest_key("ab", std::vector<std::string>{"ac", "ad"}) == "ac");
  REQUIRE(nearest_key(std::string(100'000, 'p'), keys).empty());
}

TEST_CASE("what other programs call a key leads to it, where it is known there") {
  const std::vector<std::string> keys{"learning_rate", "momentum", "period_group"};
  REQUIRE(nearest_key("lr", keys) == "learning_rate");
  REQUIRE(nearest_key("tau", keys) == "period_group");
  REQUIRE(nearest_key("batch", keys).empty());
  REQUIRE(nearest_key("gpu", std::vector<std::string>{"cpu", "auto", "cuda:0"}) == "cuda:0");
  REQUIRE(nearest_key("gpu", std::vector<std::string>{"cpu", "auto"}) == "cpu");
}
