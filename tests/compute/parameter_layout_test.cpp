#include "compute/parameter_layout.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("slices of a layout lie end to end in the order in which they were appended") {
  parameter_layout layout;
  layout.append("conv1.weight", {64, 3, 5, 5});
  layout.append("conv1.bias", {64});
  REQUIRE(layout.size() == 64 * 75 + 64);
  REQUIRE(layout.find("conv1.bias")->offset == 64 * 75);
  REQUIRE(layout.find("conv2.bias") == nullptr);
}

TEST_CASE("a fingerprint changes with a name, a shape and the order") {
  const auto fingerprint = [](std::initializer_list<std::pair<const char*, std::vector<std::int64_t>>> slices) {
    parameter_layout layout;
    for (const auto& [name, shape] : slices)
      layout.append(name, shape);
    return layout.fingerprint();
  };
  const auto one = fingerprint({{"a", {2, 3}}, {"b", {6}}});
  REQUIRE(one == fingerprint({{"a", {2, 3}}, {"b", {6}}}));
  REQUIRE(one != fingerprint({{"a", {3, 2}}, {"b", {6}}}));
  REQUIRE(one != fingerprint({{"a", {2, 3}}, {"c", {6}}}));
  REQUIRE(one != fingerprint({{"b", {6}}, {"a", {2, 3}}}));
}
