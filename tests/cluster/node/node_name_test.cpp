#include "cluster/node/node_name.hpp"

#include "tests/catch.hpp"

#include <map>

using namespace paceline;

namespace {

std::string name_in(const std::map<std::string, std::string>& variables, const std::string& host) {
  run_config config;
  config.nodes = {{.name = "node-a"}, {.name = "node-b"}};
  return node_name_from_surroundings(config, {.variable =
                                                [&](const char* name) {
                                                  const auto found = variables.find(name);
                                                  return found == variables.end() ? "" : found->second;
                                                },
                                              .host_name = host});
}

} // namespace

TEST_CASE("under Slurm a node is the one called as its host, else the one at its place") {
  CHECK(name_in({{"SLURMD_NODENAME", "node-b"}, {"SLURM_NODEID", "0"}}, "x") == "node-b");
  CHECK(name_in({{"SLURMD_NODENAME", "gpu17"}, {"SLURM_NODEID", "1"}}, "x") == "node-b");
}

TEST_CASE("in a pod a node is the one called as the pod, whatever its domain") {
  CHECK(name_in({}, "node-a") == "node-a");
  CHECK(name_in({}, "node-b.trainers.default.svc") == "node-b");
}

TEST_CASE("where nothing tells which node it is, the error says what was found and what there is") {
  CHECK_THROWS_WITH(name_in({{"SLURM_NODEID", "2"}}, "pc"),
                    "which node is this? --name says so; the host is \"pc\", SLURMD_NODENAME \"\", SLURM_NODEID \"2\", "
                    "and the file's nodes are node-a, node-b");
}
