#include "cluster/launch/node_merger.hpp"

#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/launch/task.hpp"
#include "cluster/record/metrics.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/launch/fake_nodes.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace paceline;
using namespace paceline::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

/// A run folder with what both nodes left after so many steps of each worker.
struct left_run {
  temporary_folder folder;
  run_config config = two_nodes(folder.path());
  run_folder run = run_folder::create(folder / "nodes-test");

  left_run() {
    leave_node_folder(node_folder(run.path(), "a"), config, "a", 100);
    leave_node_folder(node_folder(run.path(), "b"), config, "b", 80);
  }

  run_state checkpoint() const {
    const auto network = load_task(two_nodes(folder.path())).network;
    return load_checkpoint(latest_checkpoint_of(run.path()).value(), network.parameters());
  }
};

std::size_t lines_in(const std::filesystem::path& file) {
  const auto text = contents_of(file);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST_CASE("of two nodes of which one saw the other both have met others") {
  left_run left;
  json_lines(node_folder(left.run.path(), "b") / "metrics.jsonl")
    .append({{"type", "node"}, {"node", "a"}, {"live", true}, {"time", 1.0}, {"wall", "2023-11-14T22:13:20.000Z"}});
  const auto summary = merge_nodes(left.config, left.run, {});
  REQUIRE(summary.nodes[0].met_others);
  REQUIRE(summary.nodes[1].met_others);
}

TEST_CASE("what nodes left becomes one run: logs, centre and leader over all workers, a test, a summary") {
  left_run left;
  const auto summary =
    merge_nodes(left.config, left.run, {{.name = "a", .code = 0}, {.name = "b", .restarts = 2, .code = 0}});
  REQUIRE(summary.outcome == run_outcome::finished);
  REQUIRE(summary.workers.size() == 4);
  REQUIRE(summary.failures.empty());
  REQUIRE(summary.leadership.group_decisions() == 2);
  // Both nodes tell of them.
  REQUIRE(summary.leadership.global_decisions() == 2);
  REQUIRE(summary.training_time == std::chrono::seconds(2));
  REQUIRE(summary.training_time_of_launch == std::chrono::seconds(2));
  REQUIRE(summary.final_test);
  REQUIRE(summary.final_test->leader_id == worker_id{1, 0});
  REQUIRE(summary.final_test->total_steps == 360);

  const auto state = left.checkpoint();
  REQUIRE(state.workers.size() == 4);
  REQUIRE(state.leader == worker_id{1, 0});
  REQUIRE(state.total_steps == 360);
  REQUIRE(centre_of(state).front() == Approx(0.015));

  REQUIRE(lines_in(left.run.leadership()) == 4);
  // Progress of each worker, and the last test.
  REQUIRE(lines_in(left.run.metrics()) == 5);
  const auto written = json::parse(contents_of(left.run.summary()));
  REQUIRE(written["total_steps"] == 360);
  REQUIRE(written["nodes"][1]
          == json({{"node", "b"},
                   {"first_group", 1},
                   {"groups", 1},
                   {"steps", 160},
                   {"restarts", 2},
                   {"exit_code", 0},
                   {"in_centre", true},
                   {"met_others", false},
                   {"link", nullptr}}));
  const auto text = to_text(summary);
  REQUIRE_THAT(text, ContainsSubstring("  b                     1       160         2  finished\n"));
}

TEST_CASE("of each node the last line about its link is in the summary, whether or not it came to write its own") {
  left_run left;
  const auto b = node_folder(left.run.path(), "b");
  json_lines log(b / "metrics.jsonl");
  log.append(to_record(link_counters{.bytes_sent = 1}, {}));
  log.append(to_record(link_counters{.bytes_sent = 2, .refused_messages = 3}, {}));
  std::filesystem::remove(b / "summary.json");
  const auto summary = merge_nodes(left.config, left.run, {});
  REQUIRE_FALSE(summary.nodes[0].link);
  REQUIRE(summary.nodes[1].link);
  REQUIRE(summary.nodes[1].link->bytes_sent == 2);
  REQUIRE(summary.nodes[1].link->refused_messages == 3);
}

TEST_CASE("gathering twice gives the same") {
  left_run left;
  const auto first = to_json(merge_nodes(left.config, left.run, {}));
  REQUIRE(to_json(merge_nodes(left.config, left.run, {})) == first);
  REQUIRE(lines_in(left.run.metrics()) == 5);
}

TEST_CASE("the workers of a node that stayed down count with their steps, but are not in the centre") {
  left_run left;
  const auto summary =
    merge_nodes(left.config, left.run, {{.name = "a", .code = 0}, {.name = "b", .code = 137, .given_up = true}});
  REQUIRE(summary.outcome == run_outcome::finished);
  REQUIRE(left.checkpoint().workers.size() == 2);
  REQUIRE(centre_of(left.checkpoint()).front() == Approx(0.01));
  REQUIRE_FALSE(summary.nodes[1].in_centre);
  REQUIRE(summary.nodes[1].steps == 160);
  REQUIRE_THAT(to_text(summary), ContainsSubstring("died of signal 9, not in the centre\n"));
}

TEST_CASE("a run that people stopped was interrupted, even where its nodes had to be killed, and is whole") {
  left_run left;
  const auto both_killed = [&](bool stopped) {
    return merge_nodes(
      left.config, left.run,
      {{.name = "a", .code = 137, .stopped = stopped}, {.name = "b", .code = 137, .stopped = stopped}});
  };
  REQUIRE(both_killed(false).outcome == run_outcome::failed);
  const auto summary = both_killed(true);
  REQUIRE(summary.outcome == run_outcome::interrupted);
  REQUIRE(summary.workers.size() == 4);
  REQUIRE(left.checkpoint().workers.size() == 4);
}

TEST_CASE("a node whose folder is empty or damaged does not keep the others from their summary") {
  left_run left;
  const auto b = node_folder(left.run.path(), "b");
  SECTION("empty") {
    std::filesystem::remove_all(b);
    const auto summary = merge_nodes(left.config, left.run, {});
    REQUIRE(summary.failures.empty());
    REQUIRE(summary.workers.size() == 2);
  }
  SECTION("damaged, but for its checkpoint before") {
    const auto latest = latest_checkpoint_of(b).value();
    std::filesystem::copy(latest, latest.parent_path() / "step-000000001", std::filesystem::copy_options::recursive);
    write_contents(latest / "state.json", "{");
    const auto summary = merge_nodes(left.config, left.run, {});
    REQUIRE(summary.failures.size() == 1);
    REQUIRE(left.checkpoint().workers.size() == 4);
    return;
  }
  SECTION("damaged") {
    write_contents(latest_checkpoint_of(b).value() / "state.json", "{");
    write_contents(b / "metrics.jsonl", "{\"type\":");
    const auto summary = merge_nodes(left.config, left.run, {});
    REQUIRE(summary.failures.size() == 1);
    REQUIRE(summary.failures[0].code == failure_code::checkpoint_failed);
    REQUIRE(summary.workers.size() == 2);
  }
  REQUIRE(left.checkpoint().workers.size() == 2);
}

TEST_CASE("of files that cannot be read the node is heard that found most") {
  left_run left;
  const auto leave = [&](const char* node, const json& found) {
    const auto file = node_folder(left.run.path(), node) / "summary.json";
    auto summary = json::parse(contents_of(file));
    summary["unreadable_pictures"] = found;
    write_contents(file, summary.dump());
  };
  leave("a", {{"count", 2}, {"first", json::array({"d/1.jpg: the file is empty", "d/2.jpg: the file is empty"})}});
  leave("b", {{"count", 1}, {"first", json::array({"d/1.jpg: the file is empty"})}});
  const auto found = merge_nodes(left.config, left.run, {}).unreadable;
  REQUIRE(found.count == 2);
  REQUIRE(found.first.size() == 2);
  leave("a", {{"count", "many"}});
  leave("b", {{"count", 3}, {"first", 7}});
  REQUIRE(merge_nodes(left.config, left.run, {}).unreadable.count == 3);
}

TEST_CASE("a run of which nothing is left is a failed one") {
  left_run left;
  std::filesystem::remove_all(left.run.nodes());
  const auto summary = merge_nodes(left.config, left.run, {});
  REQUIRE(summary.outcome == run_outcome::failed);
  REQUIRE_FALSE(summary.final_test);
}

TEST_CASE("data that is not on the machine that gathers costs the test alone") {
  left_run left;
  left.config.data.kind = "cifar10";
  left.config.data.path = left.folder / "none";
  const auto summary = merge_nodes(left.config, left.run, {});
  REQUIRE_FALSE(summary.final_test);
  REQUIRE(summary.failures.size() == 1);
  REQUIRE(summary.failures[0].code == failure_code::evaluation_failed);
  REQUIRE(left.checkpoint().workers.size() == 4);
}
