#include "cluster/record/fault_tally.hpp"

#include "tests/catch.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace paceline;
using nlohmann::json;

namespace {

/// Two nodes of one group of one worker each.
const fault_roster two_nodes{.nodes = {{"a", 0, 1}, {"b", 1, 1}}, .workers_per_group = 1};

/// A small log; times are seconds of one minute.
class small_log {
 public:
  small_log& progress(double at, const std::string& worker, int steps, int taken = 0) {
    return add(at,
               {{"type", "progress"}, {"worker", worker}, {"steps_since_start", steps}, {"snapshots_taken", taken}});
  }
  small_log& pull(double at, const std::string& worker, const char* scope = "global") {
    return add(at, {{"type", "pull"}, {"worker", worker}, {"scope", scope}});
  }
  small_log& recovery(double at, const std::string& worker) {
    return add(at, {{"type", "recovery"}, {"worker", worker}});
  }
  small_log& fault(double at, const char* kind, const std::string& node, const json& worker = nullptr,
                   const char* moment = "begin") {
    return add(
      at, {{"type", "fault"}, {"fault", 3}, {"kind", kind}, {"node", node}, {"worker", worker}, {"moment", moment}});
  }

  fault_outcome outcome() const {
    const auto all = tally_.outcomes();
    REQUIRE(all.size() == 1);
    return all.front();
  }

 private:
  small_log& add(double at, json record) {
    record["time"] = at;
    record["wall"] = fmt::format("2024-05-01T12:00:{:06.3f}Z", at);
    // As they stand in a file: numbers that are not negative are unsigned there.
    tally_.add_record(json::parse(record.dump()));
    return *this;
  }

  fault_tally tally_{two_nodes};
};

/// Node b's worker makes 10 steps a second, and is struck at 10 s.
small_log struck(const char* kind, const json& worker = nullptr) {
  small_log log;
  log.progress(9, "1.0", 90).progress(10, "1.0", 100).fault(10, kind, "b", worker);
  return log;
}

} // namespace

TEST_CASE("a killed node is back when its restarted workers are pulled to the global leader") {
  auto log = struck("kill_node");
  // The old one's last pull may be told behind the fault; the new one's pull within its group is not enough.
  log.pull(10.1, "1.0").progress(13, "1.0", 1).pull(13.5, "1.0", "group");
  REQUIRE_FALSE(log.outcome().recovery_seconds);
  log.progress(14, "1.0", 11).pull(14, "1.0");
  const auto outcome = log.outcome();
  REQUIRE(outcome.recovery_seconds == Approx(4));
  REQUIRE(outcome.lost_steps == Approx(40 - 11));
  REQUIRE(outcome.number == 3);
  REQUIRE(outcome.time_seconds == 10);
}

TEST_CASE("a restarted worker that leads takes part with the first copy of its parameters") {
  auto log = struck("kill_worker", "1.0");
  log.progress(12, "1.0", 5).progress(13, "1.0", 15, 1);
  REQUIRE(log.outcome().recovery_seconds == Approx(3));
}

TEST_CASE("other nodes' workers say nothing of a node's return") {
  auto log = struck("kill_node");
  log.progress(12, "0.0", 120).progress(13, "0.0", 1).pull(13, "0.0");
  REQUIRE_FALSE(log.outcome().recovery_seconds);
}

TEST_CASE("a fault that goes on is over when it has ended and its victim takes part") {
  auto log = struck("freeze");
  log.pull(10.05, "1.0").fault(13, "freeze", "b", nullptr, "end");
  REQUIRE_FALSE(log.outcome().recovery_seconds);
  log.progress(13.5, "1.0", 105).pull(13.5, "1.0");
  REQUIRE(log.outcome().recovery_seconds == Approx(3.5));
  REQUIRE(log.outcome().lost_steps == Approx(30));
}

TEST_CASE("a fault that goes on ends with the process in which it does") {
  fault_tally tally(two_nodes);
  const auto add = [&](double at, json record) {
    record["time"] = at;
    record["wall"] = fmt::format("2024-05-01T12:00:{:06.3f}Z", at);
    tally.add_record(json::parse(record.dump()));
  };
  add(1, {{"type", "fault"}, {"fault", 1}, {"kind", "slow"}, {"node", "b"}, {"worker", "1.0"}, {"moment", "begin"}});
  add(2, {{"type", "fault"}, {"fault", 2}, {"kind", "kill_node"}, {"node", "b"}, {"moment", "begin"}});
  add(5, {{"type", "restart"}, {"worker", "1.0"}});
  add(6, {{"type", "pull"}, {"worker", "1.0"}, {"scope", "global"}});
  const auto outcomes = tally.outcomes();
  REQUIRE(outcomes.at(0).recovery_seconds == Approx(5));
  REQUIRE(outcomes.at(1).recovery_seconds == Approx(4));
}

TEST_CASE("a poisoned worker is back when it is pulled after it was set onto a leader's parameters") {
  auto log = struck("poison", "1.0");
  log.pull(10.01, "1.0", "group");
  REQUIRE_FALSE(log.outcome().recovery_seconds);
  log.recovery(10.5, "1.0").pull(11, "1.0", "group");
  REQUIRE(log.outcome().recovery_seconds == Approx(1));
}

TEST_CASE("a fault costs nothing where its victim kept its pace") {
  auto log = struck("false_loss", "1.0");
  log.fault(12, "false_loss", "b", "1.0", "end").progress(13, "1.0", 130).pull(13, "1.0");
  REQUIRE(log.outcome().lost_steps == 0);
}

TEST_CASE("an outcome is told in numbers and in a line for people") {
  auto log = struck("kill_node");
  REQUIRE(to_text(log.outcome()) == "10.0 s: kill_node of node b, which did not take part again; about 0 steps lost");
  log.progress(13, "1.0", 10).pull(13, "1.0");
  REQUIRE(to_text(log.outcome())
          == "10.0 s: kill_node of node b, which took part again after 3.0 s; about 20 steps lost");
  REQUIRE(to_json(log.outcome())
          == json{{"fault", 3},
                  {"kind", "kill_node"},
                  {"node", "b"},
                  {"worker", nullptr},
                  {"time", 10.0},
                  {"recovery", 3.0},
                  {"lost_steps", 20.0}});
}
