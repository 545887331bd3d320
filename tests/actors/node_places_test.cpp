#include "actors/node_places.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

node_settings three_nodes() {
  return {.name = "b", .nodes = {{"a", {0, 2}}, {"b", {2, 1}}, {"c", {3, 3}}}};
}

cluster_plan six_groups() {
  cluster_plan plan;
  plan.groups = 6;
  plan.workers_per_group = 2;
  plan.node = three_nodes();
  return plan;
}

} // namespace

TEST_CASE("the node of a group is found, and none for a group that there is not") {
  const auto node = three_nodes();
  REQUIRE(place_of(node, 1)->name == "a");
  REQUIRE(place_of(node, 5)->name == "c");
  REQUIRE(place_of(node, 6) == nullptr);
  REQUIRE(names_of(node) == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("groups are gone with their node, and never the own ones") {
  const auto lives = [](const std::string& name) { return name == "a"; };
  REQUIRE(gone_groups(three_nodes(), lives) == std::vector<std::uint32_t>{3, 4, 5});
  REQUIRE(gone_groups(three_nodes(), [](const std::string&) { return true; }).empty());
}

TEST_CASE("a report fits where its group, its workers and its best one are of the run") {
  const auto plan = six_groups();
  const loss_report best{.worker = {5, 1}};
  REQUIRE(fits(plan, {.group = 5, .live_workers = 2, .best = best}));
  REQUIRE(fits(plan, {.group = 0, .live_workers = 0, .best = {}}));
  REQUIRE_FALSE(fits(plan, {.group = 6, .live_workers = 2, .best = {}}));
  REQUIRE_FALSE(fits(plan, {.group = 5, .live_workers = 3, .best = {}}));
  REQUIRE_FALSE(fits(plan, {.group = 4, .live_workers = 2, .best = best}));
  REQUIRE_FALSE(fits(plan, {.group = 5, .live_workers = 2, .best = loss_report{.worker = {5, 2}}}));
}
