#include "cluster/commands/node_report.hpp"

#include "compute/models.hpp"
#include "tests/catch.hpp"

#include <fmt/format.h>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string report_of(const run_config& config) {
  const auto network = make_model("cnn7", {3, 28, 28}, 10);
  std::string text;
  for (const auto& line : report_nodes(config, network.parameters()))
    text += fmt::format("{}|{}\n", line.label, line.text);
  return text;
}

run_config three_reporting_nodes() {
  run_config config;
  config.groups.workers = 4;
  config.nodes = {{.name = "a", .address = "tcp://10.0.0.1:7100", .groups = 2},
                  {.name = "b", .host = "far", .user = "rider", .port = 2222, .address = "tcp://10.0.0.2:7100"},
                  {.name = "c", .host = "farther", .address = "tcp://10.0.0.3:7100"}};
  return config;
}

} // namespace

TEST_CASE("a report says what each node does and who decides") {
  const auto text = report_of(three_reporting_nodes());
  CHECK_THAT(text, ContainsSubstring(
                     "nodes|3 nodes; a decides for all, and where it is lost the first by name of the others\n"));
  CHECK_THAT(text, ContainsSubstring("|node a: groups 0 to 1 of 4 workers, a process here, tcp://10.0.0.1:7100\n"));
  CHECK_THAT(text,
             ContainsSubstring("|node b: group 2 of 4 workers, ssh to rider@far port 2222, tcp://10.0.0.2:7100\n"));
  CHECK_THAT(text, ContainsSubstring("|node c: group 3 of 4 workers, ssh to farther, tcp://10.0.0.3:7100\n"));
}

TEST_CASE("a report names every limit that follows from patience") {
  const auto text = report_of(three_reporting_nodes());
  CHECK_THAT(text, ContainsSubstring("patience|2s: a sign of life every 250ms, a node is lost after 1s of silence\n"));
  CHECK_THAT(text, ContainsSubstring("|connects again after 100ms to 1s; unreachable nodes are named after 4s\n"));
  CHECK_THAT(text, ContainsSubstring("|waits 2s for all nodes before "));
  CHECK_THAT(text, ContainsSubstring("|starts a node again after 500ms to 8s, at most 5 times within 1min\n"));
  CHECK_THAT(text, ContainsSubstring("|ssh gives up connecting after 10s, and a silent host after 3 times 2s\n"));
}

TEST_CASE("a report names the waits inside a process that follow from patience") {
  run_config config;
  config.network.patience = std::chrono::seconds(1);
  const auto first = [](const run_config& of) { return report_waits(of).front().text; };
  CHECK(first(config) == "starts a worker again after 100ms to 15s, at most 5 times within 1min");
  CHECK(report_waits(config).size() == 1);
  config.strategy.verify = true;
  CHECK(report_waits(config).back().text == "waits 5s for the score of a candidate");
  config.strategy.verify = false;
  config.deterministic = true;
  CHECK(report_waits(config).empty());
}

TEST_CASE("a report names what travels between nodes, by how it is written") {
  auto config = three_reporting_nodes();
  CHECK_THAT(
    report_of(config),
    ContainsSubstring("traffic|every 128 steps a worker the global leader's node sends 1.3 MiB as fp32 to each "
                      "of 2 other nodes\n|2.7 MiB between nodes a period, "));
  config.network.snapshots = frame_type::bf16;
  CHECK_THAT(report_of(config), ContainsSubstring("sends 0.7 MiB as bf16"));
  config.strategy.kind = "sgd";
  CHECK_THAT(report_of(config), ContainsSubstring("traffic|no parameters between nodes\n"));
}

TEST_CASE("a run inside one process has no nodes to report") {
  CHECK(report_of(run_config{}).empty());
}
