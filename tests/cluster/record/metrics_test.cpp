#include "cluster/record/metrics.hpp"

#include "cluster/checkpoint/run_state_json.hpp"
#include "cluster/record/summary.hpp"
#include "tests/catch.hpp"
#include "tests/repository.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

using namespace paceline;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const record_time noon{60s + 250ms, std::chrono::system_clock::time_point(1'714'564'800s + 250ms)};

worker_progress some_progress() {
  worker_progress progress;
  progress.report = {{0, 1}, 512, 1.25, true, 60s};
  progress.learning_rate = 0.1;
  progress.epochs = 1.5;
  progress.counters = {512, 57'500ms, 20ms, 0ms, 7, 3, 1, 4, 0};
  return progress;
}

leader_announcement some_decision(scope s) {
  leader_announcement decision;
  decision.scope = s;
  decision.group = s == scope::group ? 1 : 0;
  decision.decision = 12;
  decision.leader = {1, 0};
  decision.leader_steps = 512;
  decision.loss = 1.2;
  decision.margin = 0.05;
  decision.total_steps = 1024;
  decision.reason = "lowest loss of 2";
  return decision;
}

evaluation some_evaluation() {
  return {2048, 60s, {0.84, 0.281}, test_score{0.91, 0.302}, {0, 0}};
}

seat_taken some_seat() {
  return {{4, "a"}, "lowest name of 3 live nodes"};
}

fault some_cut() {
  fault f;
  f.number = 4;
  f.kind = fault_kind::cut;
  f.node = "b";
  f.duration = std::chrono::milliseconds(2500);
  f.direction = cut_direction::outgoing;
  return f;
}

std::vector<json> one_record_of_each() {
  return {to_record(some_progress(), noon),
          to_record(pull_applied{{0, 1}, scope::group, {0, 0}, 12, 513, 0.1, 3.5, 4ms}, noon),
          to_record(worker_point{{0, 1}, 12, -0.125, {-6, -4}}, noon),
          to_record(centre_exchanged{{0, 1}, answer_use::shift, 513, 3.5, 4ms}, noon),
          to_record(worker_recovered{{1, 0}, worker_id{0, 0}, 515}, noon),
          to_record(worker_restarted{{1, 1}, worker_id{0, 0}, 400, 2, 1500ms}, noon),
          to_record(some_evaluation(), noon.wall),
          to_record(failure{failure_code::worker_diverged, {1, 0}, "loss is nan at step 514"}, noon),
          to_record(fault_event{some_cut(), true}, noon),
          to_record(some_decision(scope::group), noon),
          to_record(node_joined{"b", 7}, noon),
          to_record(node_lost{"b", 7, "not heard of for 1 s"}, noon),
          to_record(some_seat(), noon),
          to_record(link_counters{.messages_sent = 3}, noon)};
}

void collect_keys(const json& value, std::set<std::string>& keys) {
  if (value.is_object())
    for (const auto& [key, item] : value.items()) {
      keys.insert(key);
      collect_keys(item, keys);
    }
  else if (value.is_array())
    for (const auto& item : value)
      collect_keys(item, keys);
}

/// The part of docs/run-folder.md from a heading to the next of the same or a higher rank.
std::string section(const std::string& heading) {
  const auto page = contents_of(testing::repository() / "docs/run-folder.md");
  const auto start = page.find("\n" + heading + "\n");
  REQUIRE(start != page.npos);
  const auto rank = heading.find(' ');
  auto end = start + 1;
  do
    end = page.find("\n#", end + 1);
  while (end != page.npos && page.find_first_not_of('#', end + 1) - end - 1 > rank);
  return page.substr(start, end - start);
}

void require_named(const json& value, const std::string& where) {
  std::set<std::string> keys;
  collect_keys(value, keys);
  REQUIRE_FALSE(keys.empty());
  for (const auto& key : keys) {
    INFO(key);
    REQUIRE(where.find("`" + key + "`") != where.npos);
  }
}

} // namespace

TEST_CASE("every line says what it is about and when") {
  for (const auto& record : one_record_of_each()) {
    INFO(record.dump());
    REQUIRE(record["type"].is_string());
    REQUIRE(record["time"].get<double>() >= 60.0);
    REQUIRE(record["wall"] == "2024-05-01T12:00:00.250Z");
  }
}

TEST_CASE("every key of a line is named in the page about run folders") {
  const auto common = section("## Lines of both logs");
  for (const auto& record : one_record_of_each())
    require_named(record, common + section("### " + record["type"].get<std::string>()));
}

TEST_CASE("every key of summary and state is named in the page about run folders") {
  run_summary summary;
  summary.workers = {some_progress()};
  summary.final_test = some_evaluation();
  summary.failures = {{failure_code::worker_diverged, {1, 0}, "loss is nan"}};
  summary.link.emplace();
  summary.nodes = {{.name = "a", .link = link_counters{}}};
  summary.faults = {{.kind = "poison", .worker = worker_id{1, 0}, .recovery_seconds = 1.5}};
  const auto lines = section("### progress") + section("### evaluation") + section("### failure") + section("### link");
  require_named(to_json(summary), section("## summary.json") + section("## Runs of several nodes") + lines);

  run_state state;
  state.groups.resize(1);
  state.groups[0].candidates = {loss_report()};
  require_named(to_json(state), section("## checkpoints/"));
}

TEST_CASE("every example in the page about run folders is JSON") {
  const auto page = contents_of(testing::repository() / "docs/run-folder.md");
  const std::string fence = "```json\n";
  int examples = 0;
  for (auto start = page.find(fence); start != page.npos; start = page.find(fence, start + 1)) {
    const auto text = page.substr(start + fence.size(), page.find("```", start + 3) - start - fence.size());
    INFO(text);
    REQUIRE(json::parse(text, nullptr, false).is_object());
    ++examples;
  }
  REQUIRE(examples == 15);
}

TEST_CASE("a worker's progress is recorded in seconds and steps") {
  const auto record = to_record(some_progress(), noon);
  REQUIRE(record["worker"] == "0.1");
  REQUIRE(record["loss"] == 1.25);
  REQUIRE(record["stepping"] == 57.5);
  REQUIRE(record["waited_for_data"] == 0.02);
  REQUIRE(record["pulls_group"] == 7);
}

TEST_CASE("numbers that are not finite become null") {
  auto progress = some_progress();
  progress.report.loss = NAN;
  progress.learning_rate = INFINITY;
  const auto record = to_record(progress, noon);
  REQUIRE(record["loss"].is_null());
  REQUIRE(record["learning_rate"].is_null());
  auto decision = some_decision(scope::group);
  decision.margin = INFINITY;
  REQUIRE(to_record(decision, noon)["margin"].is_null());
}

TEST_CASE("the loss of a window that is not full is not recorded") {
  auto progress = some_progress();
  progress.report.window_full = false;
  REQUIRE(to_record(progress, noon)["loss"].is_null());
}

TEST_CASE("a test without a leader has null in the leader's place") {
  auto result = some_evaluation();
  result.leader.reset();
  const auto record = to_record(result, noon.wall);
  REQUIRE(record["leader"].is_null());
  REQUIRE(record["leader_error"].is_null());
  REQUIRE(record["centre_error"] == 0.281);
}

TEST_CASE("a failure names a worker only where it is a worker's") {
  REQUIRE(to_record(failure{failure_code::worker_step_failed, {0, 0}, "x"}, noon)["worker"] == "0.0");
  REQUIRE(to_record(failure{failure_code::checkpoint_failed, {0, 0}, "x"}, noon)["worker"].is_null());
}

TEST_CASE("a fault is recorded with what its kind has, and stays in the log of a checkpoint of its time") {
  const auto record = to_record(fault_event{some_cut(), false}, noon);
  CHECK(record["moment"] == "begin");
  CHECK(record["kind"] == "cut");
  CHECK(record["duration"] == 2.5);
  CHECK(record["direction"] == "outgoing");
  CHECK(record["worker"].is_null());
  CHECK(record["factor"].is_null());

  fault slow;
  slow.kind = fault_kind::slow;
  slow.worker = worker_id{1, 0};
  slow.factor = 4;
  const auto of_worker = to_record(fault_event{slow, true}, noon);
  CHECK(of_worker["moment"] == "end");
  CHECK(of_worker["worker"] == "1.0");
  CHECK(of_worker["factor"] == 4.0);
  run_state state;
  state.training_time = time_of(of_worker);
  state.workers = {{.id = {1, 0}, .training = {}, .losses = {}}};
  CHECK(recorded_before(of_worker, state));
  state.training_time -= std::chrono::milliseconds(1);
  CHECK_FALSE(recorded_before(of_worker, state));
}

TEST_CASE("a global decision is of no group") {
  REQUIRE(to_record(some_decision(scope::global), noon)["group"].is_null());
  REQUIRE(to_record(some_decision(scope::group), noon)["group"] == 1);
}

TEST_CASE("a decision belongs to a checkpoint that counts it, however late it was written") {
  run_state checkpoint;
  checkpoint.groups.resize(2);
  for (const auto of : {scope::group, scope::global}) {
    auto decision = some_decision(of);
    auto& known = of == scope::global ? checkpoint.global : checkpoint.groups.at(decision.leader.group);
    known.decisions = decision.decision;
    REQUIRE(recorded_before(to_record(decision, noon), checkpoint));
    ++decision.decision;
    REQUIRE_FALSE(recorded_before(to_record(decision, noon), checkpoint));
  }
}

TEST_CASE("a decision of an earlier term than the checkpoint's belongs to it, whatever its number") {
  run_state checkpoint;
  checkpoint.first_group = 1;
  checkpoint.groups.resize(1);
  checkpoint.groups[0].term = 2;
  auto decision = some_decision(scope::group);
  decision.term = 1;
  REQUIRE(recorded_before(to_record(decision, noon), checkpoint));
  decision.term = 2;
  REQUIRE_FALSE(recorded_before(to_record(decision, noon), checkpoint));
  decision.leader.group = 0; // of another node
  decision.term = 1;
  REQUIRE_FALSE(recorded_before(to_record(decision, noon), checkpoint));
}

TEST_CASE("a worker's point is told with its numbers where they are few, and belongs to a checkpoint that counts the "
          "step from it") {
  worker_point traced{{0, 1}, 12, -0.125, {-6, -4}};
  const auto record = to_record(traced, noon);
  CHECK(record["point"] == json({-6, -4}));
  CHECK(record["loss"] == -0.125);
  run_state checkpoint;
  checkpoint.workers = {{.id = {0, 1}, .training = {.steps = 13}, .losses = {}}};
  CHECK(recorded_before(record, checkpoint));
  traced.steps = 13;
  traced.point.clear();
  CHECK(to_record(traced, noon)["point"].is_null());
  CHECK_FALSE(recorded_before(to_record(traced, noon), checkpoint));
}

TEST_CASE("a worker's record belongs to a checkpoint that counts its steps") {
  auto progress = some_progress();
  run_state checkpoint;
  checkpoint.workers.emplace_back();
  checkpoint.workers.back().id = progress.report.worker;
  checkpoint.workers.back().training.steps = progress.report.steps;
  REQUIRE(recorded_before(to_record(progress, noon), checkpoint));
  ++progress.report.steps;
  REQUIRE_FALSE(recorded_before(to_record(progress, noon), checkpoint));
}

TEST_CASE("a test's record belongs to a checkpoint of no fewer steps") {
  run_state checkpoint;
  checkpoint.total_steps = 10;
  REQUIRE(recorded_before(to_record(evaluation{.total_steps = 10}, noon.wall), checkpoint));
  REQUIRE_FALSE(recorded_before(to_record(evaluation{.total_steps = 11}, noon.wall), checkpoint));
}

TEST_CASE("a record that counts nothing belongs to a checkpoint of its own time or later") {
  const auto record = to_record(failure{failure_code::checkpoint_failed, {0, 0}, "x"}, noon);
  run_state checkpoint;
  checkpoint.training_time = noon.training;
  REQUIRE(recorded_before(record, checkpoint));
  checkpoint.training_time -= 1ns;
  REQUIRE_FALSE(recorded_before(record, checkpoint));
  REQUIRE_FALSE(recorded_before(json::object(), checkpoint));
}

TEST_CASE("a line of progress is read back as what it told, and nothing else is taken for one") {
  worker_progress progress;
  progress.report = {{1, 2}, 512, 1.25, true, 60s};
  progress.learning_rate = 0.1;
  progress.epochs = 1.5;
  progress.counters = {.steps = 512, .stepping = 57s, .pulls_group = 7, .superseded = 1, .recoveries = 3};
  const record_time when{.training = 60s};
  const auto line = to_record(progress, when);
  const auto found = progress_of(line);
  REQUIRE(found);
  REQUIRE(to_record(*found, when) == line);
  progress.report.window_full = false;
  REQUIRE_FALSE(progress_of(to_record(progress, when))->report.window_full);
  REQUIRE_FALSE(progress_of(to_record(worker_recovered{}, when)));
  REQUIRE_FALSE(progress_of(nlohmann::json{{"type", "progress"}, {"worker", "x"}}));
  REQUIRE(progress_of(nlohmann::json{{"type", "progress"}, {"worker", "0.0"}, {"steps", "many"}})->report.steps == 0);
}

TEST_CASE("a line of a failure is read back as what it told") {
  const failure what{.code = failure_code::worker_diverged, .worker = {1, 0}, .what = "loss is nan"};
  const auto found = failure_of(to_record(what, {}));
  REQUIRE(found);
  REQUIRE(found->code == what.code);
  REQUIRE(found->worker == what.worker);
  REQUIRE(found->what == what.what);
  REQUIRE_FALSE(failure_of(nlohmann::json{{"type", "failure"}, {"code", "unknown"}}));
}
