#include "cluster/launch/nodes_launcher.hpp"

#include "cluster/config/nodes.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/launch/resumed_config.hpp"
#include "cluster/record/run_folder.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/launch/fake_nodes.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

using namespace paceline;
using namespace paceline::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace {

/// A launch of fake nodes.
struct fake_launch {
  temporary_folder folder;
  run_config config = two_nodes(folder / "runs");
  std::ostringstream out;
  std::ostringstream err;

  fake_launch() {
    for (const auto* name : {"a", "b"})
      leave_node_folder(folder / "prepared" / name, config, name, 50);
  }

  std::filesystem::path run() const { return folder / "runs/nodes-test"; }

  launch_exit launch(const std::string& before, const std::string& after, bool resume = false) {
    const auto program = fake_node_program(folder, "cd $folder\n" + before, after);
    return launch_nodes({.config = config, .resume = resume}, {.executable = program.string()}, out, err);
  }
};

} // namespace

TEST_CASE("a launch starts every node with the resolved file, names its lines and gathers what it left") {
  fake_launch fake;
  fake.config.nodes[1].environment = {{"WHO", "it's \"b\""}};
  const auto end = fake.launch("echo \"$config\" > $name.json; echo $* $WHO", "echo oops >&2");
  INFO(fake.out.str() + fake.err.str());
  REQUIRE(end == launch_exit::finished);
  REQUIRE_THAT(fake.out.str(), StartsWith("nodes-test: 2 nodes (a, b) with 2 groups of 2 workers, "));
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("\n[b] node - --name b --new it's \"b\"\n"));
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("nodes-test finished: 200 steps"));
  REQUIRE_THAT(fake.err.str(), ContainsSubstring("[a] oops\n"));
  REQUIRE(json::parse(contents_of(fake.folder / "a.json"))["groups"]["count"] == 2);
  REQUIRE(json::parse(contents_of(fake.run() / "nodes.json"))["nodes"][0]["exit_code"] == 0);
  REQUIRE(std::filesystem::exists(fake.run() / "config.json"));
  REQUIRE_FALSE(std::filesystem::exists(ipc_folder(fake.config)));
}

TEST_CASE("a node that dies in a launch is started again without --new, and the summary counts it") {
  fake_launch fake;
  // The other one rides on until it is back: at a run's end nobody is started again.
  const auto end = fake.launch("if [ $name = a ] && ! [ -e died ]; then touch died; kill -9 $$; fi; "
                               "[ $name = a ] && touch back; while ! [ -e back ]; do sleep 0.01; done; echo $*",
                               "");
  INFO(fake.out.str() + fake.err.str());
  REQUIRE(end == launch_exit::finished);
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("node a died: signal 9 (Killed); it is started again in 0.0 s\n"));
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("\n[a] node - --name a\n"));
  REQUIRE(json::parse(contents_of(fake.run() / "summary.json"))["nodes"][0]["restarts"] == 1);
}

TEST_CASE("a node that dies when another has come to the run's end stays down, for it would ride the budget alone") {
  fake_launch fake;
  fake.launch("if [ $name = a ]; then sleep 0.3; kill -9 $$; fi; echo $*", "");
  INFO(fake.out.str() + fake.err.str());
  REQUIRE_THAT(fake.out.str() + fake.err.str(),
               ContainsSubstring("node a died: signal 9 (Killed); it is not started again: the run is over\n"));
}

TEST_CASE("a launch of which no node could begin leaves no trace") {
  fake_launch fake;
  REQUIRE(fake.launch("echo no data >&2; exit 2", "") == launch_exit::failed);
  REQUIRE_THAT(fake.err.str(), ContainsSubstring("[b] no data\n"));
  REQUIRE_THAT(fake.err.str(), ContainsSubstring("no node could begin\n"));
  REQUIRE_FALSE(std::filesystem::exists(fake.folder / "runs"));
}

TEST_CASE("a launch fails where a node took no part, though the others finished the run") {
  fake_launch fake;
  const auto end = fake.launch("if [ $name = b ]; then echo no data >&2; exit 2; fi", "");
  INFO(fake.out.str() + fake.err.str());
  REQUIRE(end == launch_exit::failed);
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("nodes-test finished: 100 steps"));
  REQUIRE_THAT(fake.err.str(),
               ContainsSubstring(fake.run().string()
                                 + ": the run finished without a node, which took no part: b (exit code 2)\n"));
  REQUIRE(summarise_nodes(fake.run(), {}, fake.out, fake.err) == launch_exit::failed);
}

TEST_CASE("what a killed resume leaves is not told by the summaries of the part before it") {
  fake_launch fake;
  fake.launch("", "");
  REQUIRE(std::filesystem::exists(fake.run() / "summary.json"));
  fake.config = config_of_run(fake.run(), {"budget.steps=100"});
  fake.launch("[ -e $folder/runs/nodes-test/summary.json ] && touch stale", "", true);
  REQUIRE_FALSE(std::filesystem::exists(fake.folder / "stale"));
}

TEST_CASE("a launch ends well where nothing is left of a node that the others have seen") {
  fake_launch fake;
  fake.config.supervision.node_restarts = 0;
  json_lines(fake.folder / "prepared/a/metrics.jsonl")
    .append({{"type", "node"}, {"node", "b"}, {"live", true}, {"time", 1.0}, {"wall", "2023-11-14T22:13:20.000Z"}});
  REQUIRE(fake.launch("if [ $name = b ]; then exit 255; fi", "") == launch_exit::finished);
}

TEST_CASE("nodes that trained without ever meeting are named") {
  fake_launch fake;
  REQUIRE(fake.launch("", "") == launch_exit::finished);
  REQUIRE_THAT(fake.err.str(), ContainsSubstring("nodes a, b never met another node and trained alone"));
  const auto nodes = json::parse(contents_of(fake.run() / "summary.json"))["nodes"];
  REQUIRE(nodes[0]["met_others"] == false);
}

TEST_CASE("a launch ends well without a node that died on the way") {
  fake_launch fake;
  fake.config.supervision.node_restarts = 0;
  REQUIRE(fake.launch("", "if [ $name = b ]; then kill -9 $$; fi") == launch_exit::finished);
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("died of signal 9, not in the centre\n"));
}

TEST_CASE("a run of nodes is resumed in its folder, by processes that go on there") {
  fake_launch fake;
  fake.launch("", "exit 130");
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("nodes-test interrupted: "));
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("go on with   paceline launch --resume "));
  fake.out.str("");
  fake.config = config_of_run(fake.run(), {});
  REQUIRE(fake.launch("echo $*", "", true) == launch_exit::finished);
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("; resumed\n"));
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("\n[a] node - --name a --together\n"));
}

TEST_CASE("a resume of a run that all nodes finished starts none, unless its budget is raised") {
  fake_launch fake;
  fake.launch("", "");
  const auto before = contents_of(fake.run() / "summary.json");
  fake.config = config_of_run(fake.run(), {});
  fake.out.str("");
  REQUIRE(fake.launch("touch begun", "", true) == launch_exit::finished);
  REQUIRE_THAT(fake.out.str(), ContainsSubstring("nothing is left to do: its budget is used up; raise it, as with "));
  REQUIRE_FALSE(std::filesystem::exists(fake.folder / "begun"));
  REQUIRE(contents_of(fake.run() / "summary.json") == before);
  fake.config = config_of_run(fake.run(), {"budget.steps=100"});
  REQUIRE(fake.launch("touch begun", "", true) == launch_exit::finished);
  REQUIRE(std::filesystem::exists(fake.folder / "begun"));
}

TEST_CASE("a run whose launching process was killed is gathered afterwards, but not while a node runs") {
  fake_launch fake;
  fake.launch("", "");
  const auto before = json::parse(contents_of(fake.run() / "summary.json"));
  for (const auto* file : {"summary.json", "metrics.jsonl", "leadership.jsonl", "nodes.json"})
    std::filesystem::remove(fake.run() / file);
  {
    const auto held = run_folder::resume(node_folder(fake.run(), "b"));
    REQUIRE_THROWS_WITH(summarise_nodes(fake.run(), {}, fake.out, fake.err), ContainsSubstring("is in use by process"));
  }
  REQUIRE(summarise_nodes(fake.run(), {}, fake.out, fake.err) == launch_exit::finished);
  const auto after = json::parse(contents_of(fake.run() / "summary.json"));
  REQUIRE(after["total_steps"] == before["total_steps"]);
  REQUIRE(after["final_test"] == before["final_test"]);
  REQUIRE(after["nodes"][0]["restarts"].is_null());
}

TEST_CASE("what a node has of a run is no run to be resumed or gathered") {
  fake_launch fake;
  fake.launch("", "");
  const auto part = node_folder(fake.run(), "a");
  const auto before = contents_of(part / "summary.json");
  const auto reason = ContainsSubstring("is what node 'a' has of a run; the run is " + fake.run().string());
  REQUIRE_THROWS_WITH(config_of_run(part, {}), reason);
  REQUIRE_THROWS_WITH(config_of_run(part / "", {}), reason);
  REQUIRE_THROWS_WITH(summarise_nodes(part, {}, fake.out, fake.err), reason);
  REQUIRE(contents_of(part / "summary.json") == before);
}

TEST_CASE("a resumed run keeps its nodes and groups, and a refusal changes nothing") {
  fake_launch fake;
  fake.launch("", "exit 130");
  const auto before = contents_of(fake.run() / "config.json");
  REQUIRE_THROWS_WITH(config_of_run(fake.run(), {R"(nodes=[{"name":"a"},{"name":"c"}])"}),
                      ContainsSubstring("a resumed run keeps its nodes"));
  REQUIRE_THROWS_WITH(config_of_run(fake.run(), {"groups.workers=3"}), ContainsSubstring("groups.workers"));
  REQUIRE(contents_of(fake.run() / "config.json") == before);
}

TEST_CASE("nodes that were started by hand are gathered by the file that each of them has") {
  fake_launch fake;
  fake.launch("", "");
  std::filesystem::remove(fake.run() / "config.json");
  REQUIRE(summarise_nodes(fake.run(), {}, fake.out, fake.err) == launch_exit::finished);
}

TEST_CASE("a run of whose nodes nothing is left is not gathered, and its logs stay") {
  fake_launch fake;
  fake.launch("", "");
  const auto before = contents_of(fake.run() / "metrics.jsonl");
  std::filesystem::remove_all(fake.run() / "nodes");
  REQUIRE_THROWS_WITH(summarise_nodes(fake.run(), {}, fake.out, fake.err), ContainsSubstring("nothing was changed"));
  REQUIRE(contents_of(fake.run() / "metrics.jsonl") == before);
}

TEST_CASE("a run without nodes has no other summary than its own") {
  const temporary_folder folder;
  write_contents(folder / "config.json", R"({"budget": {"steps": 1}})");
  std::ostringstream out;
  REQUIRE_THROWS_WITH(summarise_nodes(folder.path(), {}, out, out), ContainsSubstring("has no nodes"));
}
