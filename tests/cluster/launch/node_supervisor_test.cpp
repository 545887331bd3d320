#include "cluster/launch/node_supervisor.hpp"

#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include <signal.h>
#include <unistd.h>

using namespace paceline;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

child_command shell(const std::string& script) {
  return {.arguments = {"/bin/sh", "-c", script}};
}

supervised_node node_of(const std::string& name, const std::string& script) {
  return {.name = name, .start = shell(script), .restart = shell(script)};
}

/// A supervision with what it told.
struct supervised {
  std::vector<std::string> lines;
  std::vector<std::string> errors;
  std::vector<std::string> events;
  std::atomic<int> signals = 0;
  /// Called with each line.
  std::function<void(std::string_view)> watch = [](std::string_view) {};
  std::size_t changes = 0;
  /// What it said of signals.
  std::vector<int> passed;
  std::chrono::nanoseconds late_after = 1h;
  std::chrono::nanoseconds first_wait = 1ms;
  std::function<void(std::string_view)> on_event = [](std::string_view) {};

  std::vector<supervised_end> run(const std::vector<supervised_node>& nodes, std::uint32_t restarts = 3) {
    const restart_limits limits{.most = restarts,
                                .span = 1h,
                                .first_wait = first_wait,
                                .longest_wait = std::max<std::chrono::nanoseconds>(first_wait, 4ms)};
    return supervise(nodes, {.limits = limits,
                             .on_line =
                               [this](const std::string& node, std::string_view line, bool is_error) {
                                 (is_error ? errors : lines).push_back(node + ": " + std::string(line));
                                 watch(line);
                               },
                             .on_event =
                               [this](const std::string& text) {
                                 events.push_back(text);
                                 on_event(text);
                               },
                             .late_after = late_after,
                             .signals = [this] { return signals.load(); },
                             .on_signals_passed = [this](int count) { passed.push_back(count); },
                             .on_change = [this](const auto&) { ++changes; }});
  }
};

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("what nodes write comes line by line with their names, never torn, also where the last line has no end") {
  supervised s;
  const auto torn = "printf 'one '; sleep 0.02; printf 'line\\nand '; sleep 0.02; printf 'half'; echo wrong >&2";
  const auto ends = s.run({node_of("a", torn), node_of("b", torn)});
  for (const auto& name : {"a", "b"}) {
    lines of_node;
    std::copy_if(s.lines.begin(), s.lines.end(), std::back_inserter(of_node),
                 [&](const auto& line) { return line.starts_with(name); });
    REQUIRE(of_node == lines{std::string(name) + ": one line", std::string(name) + ": and half"});
  }
  REQUIRE(s.errors.size() == 2);
  REQUIRE(ends[0].code == 0);
  REQUIRE(ends[1].name == "b");
  REQUIRE(s.events.empty());
}

TEST_CASE("all that a node wrote before its end is told, however much it is") {
  supervised s;
  s.run({node_of("a", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done")});
  REQUIRE(s.lines.size() == 20000);
  REQUIRE(s.lines.back() == "a: line 19999");
}

TEST_CASE("exit codes are collected, and neither a finished nor a misused node is started again") {
  supervised s;
  const auto ends = s.run({node_of("a", "exit 0"), node_of("b", "exit 2"), node_of("c", "exit 130")});
  REQUIRE(ends[0].code == 0);
  REQUIRE(ends[1].code == 2);
  REQUIRE(ends[2].code == 130);
  for (const auto& end : ends)
    REQUIRE(end.restarts == 0);
  REQUIRE(s.events == lines{"node b ended with exit code 2; it is not started again"});
}

TEST_CASE("a node whose restart finds something in its way is tried again") {
  supervised s;
  const temporary_folder folder;
  auto node = node_of("a", "kill -9 $$");
  node.restart = shell("cd '" + folder.path().string() + "' && if [ -e tried ]; then exit 0; fi; touch tried; exit 2");
  const auto ends = s.run({node, node_of("b", "sleep 1")});
  REQUIRE(ends[0].restarts == 2);
  REQUIRE(ends[0].code == 0);

  SECTION("but not one that could never say so before, since nothing ran") {
    auto far = node_of("far", "exit 255");
    far.restart = shell("exit 2");
    const auto refused = s.run({far});
    REQUIRE(refused[0].restarts == 1);
    REQUIRE(s.events.back() == "node far ended with exit code 2; it is not started again");
  }
}

TEST_CASE("a node that dies is started again, up to its limit, while the others go on") {
  supervised s;
  auto dying = node_of("a", "echo first; kill -9 $$");
  dying.restart = shell("echo again; exit 1");
  const auto ends = s.run({dying, node_of("b", "sleep 2; echo done")}, 2);
  REQUIRE(ends[0].restarts == 2);
  REQUIRE(ends[0].code == 1);
  REQUIRE(ends[0].given_up);
  REQUIRE(ends[1].code == 0);
  REQUIRE_FALSE(ends[1].given_up);
  REQUIRE(std::count(s.lines.begin(), s.lines.end(), "a: first") == 1);
  REQUIRE(std::count(s.lines.begin(), s.lines.end(), "a: again") == 2);
  REQUIRE(s.events.size() == 3);
  REQUIRE_THAT(s.events[0], ContainsSubstring("node a died: signal 9 (Killed); it is started again in 0.0 s"));
  REQUIRE_THAT(s.events[2], ContainsSubstring("node a died: exit code 1; after 2 restarts"));
  // Both started, each end and each start again.
  REQUIRE(s.changes >= 5);
}

TEST_CASE("a program that is not there is said, and counts as a death") {
  supervised s;
  const supervised_node missing{
    .name = "a", .start = {.arguments = {"/no/such/program"}}, .restart = {.arguments = {"/no/such/program"}}};
  const auto ends = s.run({missing}, 1);
  REQUIRE(ends[0].given_up);
  REQUIRE_THAT(s.events[0], ContainsSubstring("/no/such/program: cannot be started"));
}

TEST_CASE("the first signal asks every node for a clean end, and none is started again then") {
  supervised s;
  std::atomic<int> ready = 0;
  s.watch = [&](std::string_view line) {
    if (line == "ready" && ++ready == 2)
      s.signals = 1;
  };
  const auto clean = "trap 'echo clean; exit 130' TERM; echo ready; while :; do sleep 0.01; done";
  const auto ends =
    s.run({node_of("a", clean), node_of("b", "trap 'exit 1' TERM; echo ready; while :; do sleep 0.01; done")});
  REQUIRE(ends[0].code == 130);
  REQUIRE(ends[1].code == 1);
  REQUIRE(ends[1].restarts == 0);
  REQUIRE_FALSE(ends[0].stopped);
  REQUIRE_FALSE(ends[1].stopped);
  REQUIRE(s.lines.back() == "a: clean");
}

TEST_CASE("a node that a signal finds waiting for its next start was stopped, and is not started") {
  supervised s;
  s.first_wait = 1h;
  s.on_event = [&](std::string_view event) {
    if (event.find("started again") != std::string_view::npos)
      s.signals = 1;
  };
  const auto ends = s.run({node_of("a", "exit 7")});
  REQUIRE(ends[0].stopped);
  REQUIRE(ends[0].restarts == 0);
  REQUIRE(ends[0].code == 7);
}

TEST_CASE("a node that ignores the first signal is killed by the second, with all that it started") {
  supervised s;
  const temporary_folder folder;
  s.watch = [&](std::string_view line) {
    if (line == "ready")
      s.signals = 2;
  };
  const auto ends = s.run({node_of("a", "trap '' TERM; sleep 1000 & echo $! > " + (folder / "child").string()
                                          + "; echo ready; while :; do sleep 1; done")});
  REQUIRE(ends[0].code == 128 + SIGKILL);
  REQUIRE(ends[0].stopped);
  const auto grandchild = std::stoi(contents_of(folder / "child"));
  const auto is_gone = [&] {
    // Nothing, or no more than an entry that waits to be collected.
    const auto status = contents_of("/proc/" + std::to_string(grandchild) + "/stat");
    return status.empty() || status.find(") Z ") != std::string::npos;
  };
  // Signals are delivered when the system comes to it.
  for (const auto deadline = std::chrono::steady_clock::now() + 60s;
       !is_gone() && std::chrono::steady_clock::now() < deadline;)
    ::usleep(1000);
  REQUIRE(is_gone());
}

TEST_CASE("a node is found by its own id where ssh stands between, and that id is not shown as a line") {
  supervised s;
  std::vector<std::pair<long, int>> sent;
  supervised_node elsewhere =
    node_of("a", "echo 'paceline-process '$$; trap 'exit 130' TERM; echo ready; while :; do sleep 0.01; done");
  elsewhere.signal_elsewhere = [&](long id, int signal) {
    sent.emplace_back(id, signal);
    return shell("kill -" + std::to_string(signal) + " " + std::to_string(id));
  };
  s.watch = [&](std::string_view line) {
    if (line == "ready")
      s.signals = 1;
  };
  const auto ends = s.run({elsewhere});
  REQUIRE(ends[0].code == 130);
  REQUIRE(sent.size() == 1);
  REQUIRE(sent[0].second == SIGTERM);
  REQUIRE(s.lines == lines{"a: ready"});
}

TEST_CASE("a node that has not ended long after the others is named once") {
  supervised s;
  s.late_after = 50ms;
  const auto ends = s.run({node_of("a", "true"), node_of("b", "sleep 1")});
  REQUIRE(ends[1].code == 0);
  REQUIRE(s.events.size() == 1);
  REQUIRE_THAT(s.events[0], ContainsSubstring("node b has not ended"));
}

TEST_CASE("a node elsewhere that died is started again behind the process that told its id") {
  supervised s;
  const std::string how = GENERATE("exit 1", "exit 255");
  auto elsewhere = node_of("a", "echo 'paceline-process 4711'; " + how);
  elsewhere.signal_elsewhere = [](long, int) { return shell("true"); };
  elsewhere.restart_elsewhere = [](long earlier, bool together) {
    return shell("echo after " + std::to_string(earlier) + (together ? " together" : ""));
  };
  SECTION("nobody has lived through it, unless its connection alone was lost") {
    REQUIRE(s.run({elsewhere})[0].code == 0);
    REQUIRE(s.lines == lines{how == "exit 1" ? "a: after 4711 together" : "a: after 4711"});
  }
  SECTION("another one has") {
    s.run({elsewhere, node_of("b", "sleep 0.3")});
    REQUIRE(s.lines == lines{"a: after 4711"});
  }
}

TEST_CASE("nodes that all died begin again together, one that others outlived joins them") {
  supervised s;
  const auto node = [](const std::string& name, const std::string& script) {
    auto made = node_of(name, script);
    made.restart = shell("echo joins");
    made.restart_together = shell("echo together; sleep 0.1");
    return made;
  };
  SECTION("all died, one after the other") {
    s.first_wait = 500ms;
    s.run({node("a", "kill -9 $$"), node("b", "sleep 0.02; kill -9 $$")});
    std::sort(s.lines.begin(), s.lines.end());
    REQUIRE(s.lines == lines{"a: together", "b: together"});
  }
  SECTION("they die so again and again") {
    auto dying = node_of("a", "exit 1");
    dying.restart_together = dying.start;
    const auto ends = s.run({dying}, 3);
    REQUIRE(ends[0].given_up);
    REQUIRE(ends[0].restarts == 3);
  }
  SECTION("one rides on") {
    s.run({node("a", "kill -9 $$"), node("b", "sleep 0.3")});
    REQUIRE(s.lines == lines{"a: joins"});
  }
}

TEST_CASE("what has gone to all nodes of people's signals is told") {
  supervised s;
  s.signals = 2;
  const auto ends = s.run({node_of("a", "sleep 100"), node_of("b", "sleep 100")});
  REQUIRE(ends[0].stopped);
  REQUIRE(s.passed == std::vector<int>{1, 2});
}

TEST_CASE("a signal that comes before a node elsewhere has told its id is passed on as soon as it has") {
  supervised s;
  s.signals = 1;
  supervised_node elsewhere =
    node_of("a", "trap 'exit 130' TERM; sleep 0.2; echo 'paceline-process '$$; while :; do sleep 0.01; done");
  elsewhere.signal_elsewhere = [](long id, int signal) {
    return shell("kill -" + std::to_string(signal) + " " + std::to_string(id));
  };
  REQUIRE(s.run({elsewhere})[0].code == 130);
}
