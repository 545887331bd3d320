#include "compute/data/unreadable_pictures.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("each picture is counted once, and what is wrong with the first ten is told") {
  unreadable_pictures pictures;
  REQUIRE_FALSE(pictures.has(0));
  for (int again = 0; again < 2; ++again)
    for (std::size_t i = 0; i < 15; ++i)
      pictures.add(7 * i, "picture " + std::to_string(7 * i));
  REQUIRE(pictures.has(14));
  REQUIRE_FALSE(pictures.has(15));
  const auto found = pictures.report();
  REQUIRE(found.count == 15);
  REQUIRE(found.first.size() == unreadable_report::most_told);
  REQUIRE(found.first[9] == "picture 63");
}

TEST_CASE("reports add up, and tell no more than ten") {
  unreadable_report all{7, {"a", "b", "c", "d", "e", "f", "g"}};
  all += {20, {"h", "i", "j", "k"}};
  REQUIRE(all.count == 27);
  REQUIRE(all.first.size() == unreadable_report::most_told);
  REQUIRE(all.first.back() == "j");
}
