#include "cluster/config/nodes.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

run_config cluster_of_three() {
  run_config config;
  config.output.name = "ride";
  config.nodes = {{.name = "a", .groups = 2}, {.name = "b"}, {.name = "c", .groups = 3}};
  return config;
}

} // namespace

TEST_CASE("groups are numbered over the nodes in the order of their names") {
  const auto config = cluster_of_three();
  REQUIRE(groups_of(config.nodes) == 6);
  REQUIRE(first_group_of(config, "a") == 0);
  REQUIRE(first_group_of(config, "b") == 2);
  REQUIRE(first_group_of(config, "c") == 3);
}

TEST_CASE("a node that is not there is named with those that are") {
  REQUIRE_THROWS_WITH(node_named(cluster_of_three(), "d"),
                      "there is no node \"d\" in the cluster file; its nodes are a, b, c");
  REQUIRE_THROWS_WITH(first_group_of(run_config{}, "a"), ContainsSubstring("has no nodes"));
}

TEST_CASE("a node computes on its own device where it has one, else on that of the run") {
  auto config = cluster_of_three();
  config.device.backend = "cuda:1";
  config.nodes[1].device = "cpu";
  REQUIRE(with_device_of(config, config.nodes[0]).device.backend == "cuda:1");
  REQUIRE(with_device_of(config, config.nodes[1]).device.backend == "cpu");
}

TEST_CASE("nodes without addresses speak through sockets in a folder of their run, short enough for the system") {
  auto config = cluster_of_three();
  const std::string longest(32, 'x');
  config.nodes[0].name = longest;
  REQUIRE(uses_ipc(config));
  const auto found = endpoints_of(config, config.nodes[0]);
  REQUIRE(found.control == fmt::format("ipc://{}/{}.control", ipc_folder(config).string(), longest));
  REQUIRE(found == listening_endpoints_of(config, config.nodes[0]));
  // What fits behind ipc:// on Linux.
  REQUIRE(found.snapshots.size() <= std::string_view("ipc://").size() + 107);
  auto other = config;
  other.output.name = "other";
  REQUIRE(ipc_folder(other) != ipc_folder(config));
  // The same folder, written in another way.
  other.output.folder = "./x/../runs";
  other.output.name = "ride";
  REQUIRE(ipc_folder(other) == ipc_folder(config));
}

TEST_CASE("the folder of sockets is its owner's alone") {
  auto config = cluster_of_three();
  const temporary_folder run;
  config.output.folder = run.path();
  make_ipc_folder(config);
  make_ipc_folder(config);
  struct stat found {};
  REQUIRE(::stat(ipc_folder(config).c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0700);
  REQUIRE(::chmod(ipc_folder(config).c_str(), 0755) == 0);
  CHECK_THROWS_WITH(make_ipc_folder(config), ContainsSubstring("with mode 0700"));
  std::filesystem::remove(ipc_folder(config));
}

TEST_CASE("an address stands for three ports, and a node that is named listens on all its addresses") {
  auto config = cluster_of_three();
  auto& node = config.nodes[0];
  node.address = "tcp://trainer-0.paceline:7100";
  REQUIRE_FALSE(uses_ipc(config));
  REQUIRE(endpoints_of(config, node)
          == node_endpoints{"a", "tcp://trainer-0.paceline:7100", "tcp://trainer-0.paceline:7101",
                            "tcp://trainer-0.paceline:7102"});
  REQUIRE(listening_endpoints_of(config, node) == node_endpoints{"a", "tcp://*:7100", "tcp://*:7101", "tcp://*:7102"});
  node.address = "tcp://localhost:7100";
  REQUIRE(listening_endpoints_of(config, node).transfer == "tcp://127.0.0.1:7102");
  node.address = "tcp://[::1]:7100";
  REQUIRE(listening_endpoints_of(config, node).control == "tcp://[::1]:7100");
}
