#include "cluster/record/summary.hpp"

#include "cluster/wire/snapshot_frame.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <sstream>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

worker_progress progress(worker_id id, std::uint64_t steps, double loss) {
  worker_progress result;
  result.report = {id, steps, loss, true, 0s};
  result.counters.steps = steps - 100;
  result.counters.waited_for_data = 500ms;
  result.counters.superseded = 2;
  return result;
}

/// A run of two workers, resumed after 100 steps each.
run_summary some_summary() {
  run_summary summary;
  summary.name = "quickstart";
  summary.training_time = 120s;
  summary.wall_time = 130s;
  summary.training_time_of_launch = 100s;
  summary.workers = {progress({0, 0}, 1100, 0.5), progress({0, 1}, 600, 0.75)};
  leader_announcement decision;
  summary.leadership.add(decision);
  decision.leader = {0, 1};
  summary.leadership.add(decision);
  summary.final_test = evaluation{1700, 120s, {0.4, 0.1234}, test_score{0.5, 0.15}, {0, 1}};
  return summary;
}

} // namespace

TEST_CASE("a summary's rates are over the last launch and its steps over all of them") {
  const auto object = to_json(some_summary());
  REQUIRE(object["total_steps"] == 1700);
  REQUIRE(object["steps_per_second"] == 15.0);
  REQUIRE(object["workers"][0]["steps_per_second"] == 10.0);
  REQUIRE(object["totals"]["waited_for_data"] == 1.0);
  REQUIRE(object["totals"]["waited_for_messages"] == 0.0);
  REQUIRE(object["workers"][1]["led_group"] == 0.5);
  REQUIRE(object["leadership"]["changes"] == 1);
  REQUIRE(object["final_test"]["centre_error"] == 0.1234);
}

TEST_CASE("a summary lists each rehearsed fault with what was lost and how long recovery took") {
  auto summary = some_summary();
  REQUIRE(to_json(summary)["faults"].empty());
  summary.faults = {
    {.number = 4, .kind = "freeze", .node = "b", .time_seconds = 61, .recovery_seconds = 3.5, .lost_steps = 31}};
  REQUIRE(to_json(summary)["faults"][0]["recovery"] == 3.5);
  REQUIRE_THAT(to_text(summary),
               Catch::Matchers::ContainsSubstring(
                 "  fault        61.0 s: freeze of node b, which took part again after 3.5 s; about 31 "
                 "steps lost\n"));
}

TEST_CASE("a summary of a run in which nothing happened is JSON without a number that is none") {
  const auto object = to_json(run_summary());
  REQUIRE(object["steps_per_second"] == 0);
  REQUIRE(object["final_test"].is_null());
  auto diverged = some_summary();
  diverged.workers[0].report.loss = NAN;
  REQUIRE(to_json(diverged)["workers"][0]["loss"].is_null());
  REQUIRE_THAT(to_text(diverged), Catch::Matchers::ContainsSubstring(" diverged "));
}

TEST_CASE("a summary's text says how it ended, how well, who led and that nobody waited") {
  auto summary = some_summary();
  summary.failures = {{failure_code::worker_diverged, {0, 1}, "loss is nan at step 7"}};
  REQUIRE(to_text(summary)
          == "quickstart finished: 1700 steps in 2:00 of training, 15.0 steps/s\n"
             "  test error   centre 12.34 %, leader 15.00 % (worker 0.1)\n"
             "  leadership   2 of 2 workers led; it changed hands 1 time in 2 decisions\n"
             "  worker     steps   steps/s      loss   led group   led all\n"
             "  0.0         1100     10.00    0.5000        50 %       0 %\n"
             "  0.1          600      5.00    0.7500        50 %       0 %\n"
             "  waited       0.000 s for messages, 1.000 s for data (all workers together)\n"
             "  exchange     0 snapshots taken, 0 group and 0 global pulls\n"
             "               4 superseded, 0 recoveries\n"
             "  failure      worker 0.1: loss is nan at step 7\n");
}

TEST_CASE("a run of which neither centre nor leader is finite has failed") {
  auto summary = some_summary();
  summary.final_test->centre.loss = INFINITY;
  fail_where_all_diverged(summary);
  REQUIRE(summary.outcome == run_outcome::finished);
  summary.final_test->leader->loss = NAN;
  fail_where_all_diverged(summary);
  REQUIRE(summary.outcome == run_outcome::failed);
  REQUIRE(summary.failures.back().code == failure_code::evaluation_failed);
}

TEST_CASE("a summary of a run that was over before its first decision calls nobody its leader") {
  auto summary = some_summary();
  summary.leadership = {};
  REQUIRE_THAT(to_text(summary),
               Catch::Matchers::ContainsSubstring("  test error   centre 12.34 %, best 15.00 % (worker 0.1)\n"
                                                  "  leadership   nobody led: no decision fell due before the end\n"));
}

TEST_CASE("a summary counts the records that were dropped, and says nothing of none") {
  auto summary = some_summary();
  REQUIRE(to_json(summary)["dropped_records"] == 0);
  REQUIRE_THAT(to_text(summary), !Catch::Matchers::ContainsSubstring("dropped"));
  summary.dropped_records = 12;
  REQUIRE(to_json(summary)["dropped_records"] == 12);
  REQUIRE_THAT(to_text(summary), Catch::Matchers::ContainsSubstring(
                                   "  records      12 of progress and pulls were dropped: the disk was too slow\n"));
}

TEST_CASE("a summary has a line for each node that refused something, and none for one that did not") {
  auto summary = some_summary();
  summary.link.emplace();
  REQUIRE(to_json(summary)["link"]["refused_messages"] == 0);
  REQUIRE_THAT(to_text(summary), !Catch::Matchers::ContainsSubstring("refused"));
  summary.link->refused_connections = 100'000;
  summary.link->refused_messages = 1;
  REQUIRE_THAT(to_text(summary),
               Catch::Matchers::ContainsSubstring("  refused      100000 connections, 1 message, 0 snapshots\n"));
  summary.link.reset();
  summary.nodes = {{.name = "a", .link = link_counters{}}, {.name = "b", .link = link_counters{}}, {.name = "c"}};
  summary.nodes[1].link->refused_snapshots[static_cast<std::size_t>(frame_refusal::checksum)] = 3;
  REQUIRE_THAT(to_text(summary),
               Catch::Matchers::ContainsSubstring("  refused      by b: 0 connections, 0 messages, 3 snapshots\n"));
  const auto object = to_json(summary);
  REQUIRE_FALSE(object.contains("link"));
  REQUIRE(object["nodes"][0]["link"]["refused_snapshots"]["foreign"] == 0);
  REQUIRE(object["nodes"][1]["link"]["refused_snapshots"]["foreign"] == 0);
  REQUIRE(object["nodes"][1]["link"]["refused_snapshots"]["checksum"] == 3);
  REQUIRE(object["nodes"][2]["link"].is_null());
}

TEST_CASE("a summary names files that cannot be read, and says nothing of none") {
  auto summary = some_summary();
  REQUIRE(to_json(summary)["unreadable_pictures"]
          == nlohmann::json({{"count", 0}, {"first", nlohmann::json::array()}}));
  REQUIRE_THAT(to_text(summary), !Catch::Matchers::ContainsSubstring("pictures"));
  summary.unreadable = {12, {"d/train/a\n.jpg: the file is empty"}};
  summary.workers[0].counters.pictures_replaced = 3;
  summary.workers[1].counters.pictures_replaced = 4;
  const auto object = to_json(summary);
  REQUIRE(object["unreadable_pictures"]["count"] == 12);
  REQUIRE(object["unreadable_pictures"]["first"][0] == "d/train/a\n.jpg: the file is empty");
  REQUIRE(object["totals"]["pictures_replaced"] == 7);
  REQUIRE_THAT(to_text(summary), Catch::Matchers::ContainsSubstring(
                                   "  pictures     12 of the data set cannot be read and were passed over:\n"
                                   "               d/train/a\\n.jpg: the file is empty\n"));
}

TEST_CASE("no line of a summary of a usual run is longer than a terminal's") {
  auto summary = some_summary();
  summary.workers[0].counters.snapshots_taken = 123456;
  summary.workers[0].counters.pulls_group = 1234567;
  summary.workers[0].counters.pulls_global = 123456;
  summary.workers[0].counters.superseded = 12345;
  summary.workers[0].counters.waited_for_data = std::chrono::seconds(1234);
  std::istringstream text(to_text(summary));
  for (std::string line; std::getline(text, line);)
    CHECK(line.size() <= 80);
}

TEST_CASE("a summary counts the restarts of each worker that had any") {
  auto summary = some_summary();
  summary.restarts[{0, 1}] = 2;
  REQUIRE_THAT(to_text(summary), Catch::Matchers::EndsWith("  restarted    worker 0.1 2 times\n"));
  const auto object = to_json(summary);
  REQUIRE(object["workers"][0]["restarts"] == 0);
  REQUIRE(object["workers"][1]["restarts"] == 2);
}

TEST_CASE("a summary's text tells a failure that came again and again once, with how often it came") {
  auto summary = some_summary();
  for (int i = 0; i < 3; ++i)
    summary.failures.push_back({failure_code::checkpoint_failed, {}, "disk full at " + std::to_string(i)});
  summary.failures.push_back({failure_code::worker_diverged, {0, 0}, "not finite"});
  summary.failures.push_back({failure_code::worker_diverged, {0, 1}, "not finite"});
  REQUIRE_THAT(to_text(summary), Catch::Matchers::EndsWith("  failure      disk full at 0\n"
                                                           "  failure      worker 0.0: not finite\n"
                                                           "  failure      worker 0.1: not finite\n"
                                                           "  failure      checkpoint_failed: 3 times in all\n"));
}

TEST_CASE("a summary's text of a run that was never tested says so") {
  auto summary = some_summary();
  summary.final_test.reset();
  summary.outcome = run_outcome::interrupted;
  REQUIRE_THAT(to_text(summary), Catch::Matchers::StartsWith("quickstart interrupted: "));
  REQUIRE_THAT(to_text(summary), Catch::Matchers::ContainsSubstring("test error   not measured\n"));
}
