#include "cluster/launch/node_commands.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/launch/nodes_launcher.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/launch/fake_nodes.hpp"
#include "tests/cluster/launch/ssh_server.hpp"
#include "tests/skip.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <sstream>

#include <signal.h>
#include <unistd.h>

using namespace paceline;
using namespace paceline::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

/// Two nodes, of which b is reached by ssh at 127.0.0.1 and starts a program of the test's own in a folder of its own.
run_config with_remote_node(const temporary_folder& folder, const std::filesystem::path& program) {
  auto config = two_nodes("runs");
  // A real server's answer takes its time on a busy machine.
  config.network.patience = std::chrono::seconds(2);
  config.nodes[0].address = "tcp://127.0.0.1:7100";
  auto& node = config.nodes[1];
  node.address = "tcp://127.0.0.1:7103";
  node.host = "127.0.0.1";
  node.path = program;
  node.folder = folder / "there's a folder";
  std::filesystem::create_directories(node.folder);
  return config;
}

} // namespace

TEST_CASE("any text is one word of a shell") {
  for (const std::string text : {"", "a b", "it's", "$(x) `y` \"z\" \\ !", "line\nbreak", "-n"})
    REQUIRE(run_to_end({.arguments = {"/bin/sh", "-c", "printf %s " + shell_quoted(text)}}).out == text);
}

TEST_CASE("this program's own file is found") {
  REQUIRE(std::filesystem::equivalent(own_executable(), "/proc/self/exe"));
}

TEST_CASE("a local node is started with the resolved file, and only its first start refuses an earlier run") {
  auto config = two_nodes("runs");
  config.nodes[0].environment = {{"A", "1"}};
  const auto node = supervised_node_of(config, config.nodes[0], true, {.executable = "x"});
  REQUIRE(node.start.arguments == std::vector<std::string>{"x", "node", "-", "--name", "a", "--new"});
  REQUIRE(node.restart.arguments == std::vector<std::string>{"x", "node", "-", "--name", "a"});
  REQUIRE(supervised_node_of(config, config.nodes[0], false, {.executable = "x"}).start.arguments
          == std::vector<std::string>{"x", "node", "-", "--name", "a", "--together"});
  REQUIRE(node.restart.environment.at("A") == "1");
  REQUIRE(to_json(parse_config(node.start.input, "x")) == to_json(config));
  REQUIRE_FALSE(node.signal_elsewhere);
}

TEST_CASE("a node that is to measure is started for that alone") {
  const auto config = two_nodes("runs");
  const auto node = measuring_node_of(config, config.nodes[0], {.executable = "x"});
  REQUIRE(node.start.arguments == std::vector<std::string>{"x", "node", "-", "--name", "a", "--measure"});
  REQUIRE(node.restart.arguments == node.start.arguments);
  REQUIRE(to_json(parse_config(node.start.input, "x")) == to_json(config));
}

TEST_CASE("ssh is asked for nothing that it could take for an option, and its limits follow from patience") {
  auto config = two_nodes("runs");
  auto& node = config.nodes[1];
  node.host = "far";
  node.user = "rider";
  node.port = 2222;
  const auto arguments = supervised_node_of(config, node, true, {}).start.arguments;
  const std::vector<std::string> expected{"ssh",
                                          "-o",
                                          "BatchMode=yes",
                                          "-o",
                                          "ConnectTimeout=1",
                                          "-o",
                                          "ServerAliveInterval=1",
                                          "-o",
                                          "ServerAliveCountMax=3",
                                          "-T",
                                          "-p",
                                          "2222",
                                          "-l",
                                          "rider",
                                          "--",
                                          "far"};
  REQUIRE(std::equal(expected.begin(), expected.end(), arguments.begin()));
  REQUIRE(arguments.size() == expected.size() + 1);
}

TEST_CASE("a node of another host gets its file, its folder and its environment by ssh, and its exit code comes back") {
  if (const auto missing = ssh_server::missing(); !missing.empty())
    return skip_test(missing);
  const ssh_server server;
  const temporary_folder folder;
  const auto program = folder / "node it";
  write_contents(program, "#!/bin/sh\ncat; echo; echo \"$*|$WHO|$PWD\" >&2; exit 7\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  auto config = with_remote_node(folder, program);
  config.nodes[1].environment = {{"WHO", "it's $b \"here\""}};
  const auto node = supervised_node_of(config, config.nodes[1], true, {.ssh = server.client()});
  const auto ran = run_to_end(node.start);
  INFO(ran.err);
  REQUIRE(ran.end.code == 7);
  REQUIRE(ran.err == "node - --name b --new|it's $b \"here\"|" + config.nodes[1].folder.string() + "\n");
  REQUIRE(ran.out.starts_with(remote_id_prefix));
  const auto file = ran.out.substr(ran.out.find('\n') + 1);
  REQUIRE(to_json(parse_config(file, "x")) == to_json(config));
}

TEST_CASE("a node that outlived its ssh connection ends before it is started again, and nobody else does") {
  if (const auto missing = ssh_server::missing(); !missing.empty())
    return skip_test(missing);
  const ssh_server server;
  const temporary_folder folder;
  const auto program = folder / "node";
  write_contents(program, "#!/bin/sh\necho $* >> " + (folder / "starts").string() + "\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const auto config = with_remote_node(folder, program);
  const auto node = supervised_node_of(config, config.nodes[1], true, {.ssh = server.client()});
  child_process left({.arguments = {"/bin/sh", "-c", "trap 'exit 130' TERM; while :; do sleep 0.02; done", "b"}});
  child_process other({.arguments = {"/bin/sh", "-c", "while :; do sleep 0.02; done", "c"}});
  REQUIRE(run_to_end(node.restart_elsewhere(other.id(), false)).end.code == 0);
  REQUIRE_FALSE(other.poll_end());
  other.signal(SIGKILL);
  REQUIRE(run_to_end(node.restart_elsewhere(left.id(), true)).end.code == 0);
  auto end = left.poll_end();
  for (; !end; end = left.poll_end())
    ::usleep(1000);
  REQUIRE(end->code == 130);
  REQUIRE(contents_of(folder / "starts") == "node - --name b\nnode - --name b --together\n");
}

TEST_CASE("a launch over ssh passes the signal on, fetches the node's folder and gathers it with the local one") {
  if (const auto missing = ssh_server::missing(); !missing.empty())
    return skip_test(missing);
  const ssh_server server;
  const temporary_folder folder;
  auto config = two_nodes(folder / "runs");
  for (const auto* name : {"a", "b"})
    leave_node_folder(folder / "prepared" / name, config, name, 50);
  // The same program for both; each works where it was started, and runs until it is told to end.
  const auto program =
    fake_node_program(folder, "[ $name = b ] || cd $folder",
                      "trap 'exit 130' TERM; touch $folder/$name.ready; while :; do sleep 0.02; done");
  config = with_remote_node(folder, program);
  config.output.folder = "runs";
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  // Only when both are there is the signal sent, as somebody at a terminal would.
  child_process interrupter(
    {.arguments = {"/bin/sh", "-c",
                   "until [ -e '" + (folder / "a.ready").string() + "' ] && [ -e '" + (folder / "b.ready").string()
                     + "' ]; do sleep 0.02; done; kill -INT " + std::to_string(::getpid())}});
  std::ostringstream out;
  const auto end = launch_nodes({.config = config}, {.executable = program.string(), .ssh = server.client()}, out, out);
  std::filesystem::current_path(before);
  INFO(out.str());
  REQUIRE(end == launch_exit::interrupted);
  const auto run = folder / "runs/nodes-test";
  const auto summary = json::parse(contents_of(run / "summary.json"));
  REQUIRE(summary["nodes"][1]["exit_code"] == 130);
  REQUIRE(summary["workers"].size() == 4);
  REQUIRE(std::filesystem::exists(config.nodes[1].folder / "runs/nodes-test/nodes/b/summary.json"));
  REQUIRE(std::filesystem::exists(run / "nodes/b/summary.json"));
  REQUIRE(entries_in(run / "nodes") == 2);
}

TEST_CASE("a host that does not admit us is said in one line, and the other nodes are gathered") {
  if (const auto missing = ssh_server::missing(); !missing.empty())
    return skip_test(missing);
  ssh_server server;
  server.admit_nobody();
  const temporary_folder folder;
  auto config = two_nodes(folder / "runs");
  leave_node_folder(folder / "prepared/a", config, "a", 50);
  const auto program = fake_node_program(folder, "cd $folder", "");
  config = with_remote_node(folder, program);
  config.output.folder = folder / "runs";
  config.supervision.node_restarts = 0;
  std::ostringstream out;
  const auto end = launch_nodes({.config = config}, {.executable = program.string(), .ssh = server.client()}, out, out);
  INFO(out.str());
  REQUIRE(end == launch_exit::failed);
  REQUIRE_THAT(out.str(), ContainsSubstring("nodes-test finished: 100 steps"));
  REQUIRE_THAT(out.str(), ContainsSubstring("which took no part: b (exit code 255)\n"));
  REQUIRE_THAT(out.str(), ContainsSubstring("[b] "));
  REQUIRE_THAT(out.str(), ContainsSubstring("Permission denied"));
  REQUIRE_THAT(out.str(), ContainsSubstring("node b died: exit code 255"));
  REQUIRE_THAT(out.str(), ContainsSubstring("paceline: node b: its folder cannot be fetched from 127.0.0.1: "));
}
