#include "cluster/config/node_rules.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

using namespace paceline;
using namespace paceline::testing;

namespace {

using lines = std::vector<std::string>;

/// The errors of a file with those nodes and, behind them, more keys.
lines errors_of_nodes(const std::string& nodes, const std::string& more = "") {
  return errors_of(R"({"budget": {"steps": 10}, "nodes": )" + nodes + more + "}");
}

run_config loaded_nodes(const std::string& nodes, const std::string& more = "") {
  return loaded(R"({"budget": {"steps": 10}, "nodes": )" + nodes + more + "}");
}

} // namespace

TEST_CASE("a list of names is a cluster of local nodes with a group each") {
  REQUIRE(errors_of_nodes(R"([{"name": "a"}, {"name": "b"}])").empty());
  const auto config = loaded_nodes(R"([{"name": "a"}, {"name": "b", "groups": 2}])");
  REQUIRE(config.groups.count == 3);
  REQUIRE(config.nodes[0].host == "local");
}

TEST_CASE("nodes are sorted by name, whatever their order in the file") {
  const auto config = loaded_nodes(R"([{"name": "c"}, {"name": "a"}, {"name": "b"}])");
  REQUIRE(config.nodes[0].name == "a");
  REQUIRE(config.nodes[2].name == "c");
}

TEST_CASE("a count of groups beside nodes has to be their sum") {
  REQUIRE(errors_of_nodes(R"([{"name": "a", "groups": 2}])", R"(, "groups": {"count": 2})").empty());
  REQUIRE(errors_of_nodes(R"([{"name": "a", "groups": 2}])", R"(, "groups": {"count": 1})")
          == lines{"x.json: groups.count: found 1 with nodes of 2 groups together, allowed: 2, or no groups.count"});
  REQUIRE(errors_of(R"({"budget": {"steps": 10}, "nodes": [{"name": "a"}]})", {"groups.count=3"})
          == lines{"--set groups.count=3: found 3 with nodes of 1 groups together, allowed: 1, or no groups.count"});
}

TEST_CASE("what is wrong with a node is named by its place in the list, with the nearest key") {
  REQUIRE(errors_of_nodes(R"([{"name": "a"}, {"name": "b c", "adress": "tcp://127.0.0.1:7100", "groups": 0}])")
          == lines{"x.json: nodes[1].name: found \"b c\", allowed: a name of at most 32 letters, digits, - and _, not "
                   "beginning with -",
                   "x.json: nodes[1].groups: found 0, allowed: an integer of at least 1",
                   "x.json: nodes[1].adress: unknown key; did you mean address?"});
  REQUIRE(errors_of_nodes(R"([{}])").front().starts_with("x.json: nodes[0].name: found nothing"));
  REQUIRE(errors_of_nodes(R"([{"name": "a", "patience": "1s"}])")
          == lines{"x.json: nodes[0].patience: unknown key; did you mean network.patience?"});
  REQUIRE(errors_of_nodes("[7]") == lines{"x.json: nodes[0]: found 7, allowed: an object: { \"key\": value, ... }"});
  REQUIRE(errors_of_nodes(R"({"a": 1})").front().ends_with("allowed: a list of objects"));
}

TEST_CASE("names that ssh, folders or sockets would take for something else are refused") {
  for (const auto* name : {"", "-a", "a/b", "..", "a.b", "\u00e9", "0123456789abcdef0123456789abcdef0"}) {
    INFO(name);
    REQUIRE(errors_of_nodes(std::string(R"([{"name": ")") + name + R"("}])").size() == 1);
  }
  for (const auto* host : {"", "-oProxyCommand=x", "a b", "a;b", "$(x)"}) {
    INFO(host);
    const auto nodes = std::string(R"([{"name": "a", "address": "tcp://127.0.0.1:7100", "host": ")") + host + R"("}])";
    REQUIRE(errors_of_nodes(nodes).size() == 1);
  }
  REQUIRE(errors_of_nodes(R"([{"name": "a", "environment": {"A B": "1"}}])").size() == 1);
  REQUIRE(errors_of_nodes(R"([{"name": "a", "environment": {"A": 1}}])")
          == lines{"x.json: nodes[0].environment: found an object, allowed: an object of texts, such as "
                   "{\"OMP_NUM_THREADS\": \"1\"}"});
}

TEST_CASE("no two nodes share a name or a port") {
  REQUIRE(errors_of_nodes(R"([{"name": "a"}, {"name": "b"}, {"name": "a"}])")
          == lines{"x.json: nodes[2].name: found \"a\", as nodes[0], allowed: a name that no other node has"});
  const auto error = errors_of_nodes(
    R"([{"name": "a", "address": "tcp://127.0.0.1:7100"}, {"name": "b", "address": "tcp://127.0.0.1:7102"}])");
  REQUIRE(error
          == lines{"x.json: nodes[1].address: found \"tcp://127.0.0.1:7102\" next to \"tcp://127.0.0.1:7100\" of "
                   "nodes[0], allowed: an address whose port lies at least 3 from every other one of the same host"});
  REQUIRE(errors_of_nodes(R"([{"name": "a", "address": "tcp://127.0.0.1:7100"},
                              {"name": "b", "address": "tcp://127.0.0.1:7103"}])")
            .empty());
}

TEST_CASE("an address can be left out only where all nodes are local and none has one") {
  REQUIRE(errors_of_nodes(R"([{"name": "a"}, {"name": "b", "address": "tcp://127.0.0.1:7100"}])")
          == lines{"x.json: nodes[0].address: found nothing, allowed: tcp://HOST:PORT by which the others reach this "
                   "node, since one of the nodes has an address"});
  REQUIRE(errors_of_nodes(R"([{"name": "a"}, {"name": "b", "host": "far", "address": "tcp://127.0.0.1:7100"}])")
          == lines{"x.json: nodes[0].address: found nothing, allowed: tcp://HOST:PORT by which the others reach this "
                   "node, since one of the nodes is on \"far\""});
}

TEST_CASE("an address is a host and a port that leaves room for two more") {
  for (const auto* address : {"127.0.0.1:7100", "tcp://127.0.0.1", "tcp://:7100", "tcp://127.0.0.1:0", "tcp://a b:1",
                              "tcp://127.0.0.1:65534", "tcp://127.0.0.1:71x", "ipc:///tmp/x", "tcp://[::1:7100"}) {
    INFO(address);
    const auto errors = errors_of_nodes(std::string(R"([{"name": "a", "address": ")") + address + R"("}])");
    REQUIRE(errors.size() == 1);
    REQUIRE_THAT(errors.front(), Catch::Matchers::ContainsSubstring("nodes[0].address: found"));
  }
  REQUIRE(errors_of_nodes(R"([{"name": "a", "address": "tcp://[::1]:65533"}])").empty());
}

TEST_CASE("without keys every address is of this machine alone, and the error says what to do") {
  const auto* nodes = R"([{"name": "a", "address": "tcp://10.0.0.1:7100"}])";
  REQUIRE(errors_of_nodes(nodes)
          == lines{"x.json: nodes[0].address: found \"tcp://10.0.0.1:7100\" without security.keys, allowed: an address "
                   "of this machine alone, such as \"tcp://127.0.0.1:7100\"; or make keys with `paceline keys DIR` and "
                   "name that folder in security.keys"});
  REQUIRE(errors_of_nodes(nodes, R"(, "security": {"keys": "keys"})").empty());
  REQUIRE(errors_of_nodes(R"([{"name": "a", "address": "tcp://localhost:7100"}])").empty());
  REQUIRE(errors_of_nodes(R"([{"name": "a", "address": "tcp://127.evil.example:7100"}])").size() == 1);
}

TEST_CASE("nodes cannot be in lock-step") {
  REQUIRE(
    errors_of_nodes(R"([{"name": "a"}])", R"(, "deterministic": true)")
    == lines{"x.json: deterministic: found true with nodes, allowed: false; or no nodes, since only workers of one "
             "process can be kept in lock-step"});
}

TEST_CASE("patience lies between what a busy machine needs and what anybody would wait") {
  for (const auto* patience : {"99ms", "11min"})
    REQUIRE(errors_of_section("network", std::string(R"({"patience": ")") + patience + "\"}")
            == lines{std::string("x.json: network.patience: found \"") + patience
                     + "\", allowed: a duration from \"100ms\" to \"10min\""});
  REQUIRE(errors_of_section("network", R"({"patience": "100ms"})").empty());
  REQUIRE(errors_of_section("network", R"({"snapshots": "bf61"})")
          == lines{"x.json: network.snapshots: found \"bf61\", allowed: one of \"fp32\", \"bf16\" or \"int8\"; did you "
                   "mean \"bf16\"?"});
}
