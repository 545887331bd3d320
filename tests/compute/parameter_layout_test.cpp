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

TEST_CASE("buffers lie behind all parameters, whatever the order in which both were appended") {
  parameter_layout layout;
  layout.append("bn1.weight", {4});
  layout.append_buffer("bn1.running_mean", {4});
  layout.append("fc.weight", {2, 4});
  layout.append_buffer("bn2.running_mean", {3});
  REQUIRE(layout.size() == 19);
  REQUIRE(layout.trained_size() == 12);
  std::vector<std::string> names;
  std::size_t next = 0;
  for (const auto& slice : layout.slices()) {
    names.push_back(slice.name);
    REQUIRE(slice.offset == next);
    next += slice.size;
  }
  REQUIRE(names == std::vector<std::string>{"bn1.weight", "fc.weight", "bn1.running_mean", "bn2.running_mean"});
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
