#include "cluster/config/fault_rules.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

using namespace paceline;
using namespace paceline::testing;

namespace {

using lines = std::vector<std::string>;

/// Two nodes of a group of two workers each.
constexpr auto two_nodes = R"({"budget": {"steps": 10}, "groups": {"workers": 2},
                               "nodes": [{"name": "a"}, {"name": "b"}])";

/// The errors of a run with two nodes and that section `faults`.
lines errors_of_faults(const std::string& faults) {
  return errors_of(two_nodes + (R"(, "faults": )" + faults) + "}");
}

lines errors_of_fault(const std::string& entry) {
  return errors_of_faults(R"({"list": [)" + entry + "]}");
}

} // namespace

TEST_CASE("a storm needs no more than its rate, a written fault no more than time, kind and victim") {
  REQUIRE(errors_of_faults(R"({"per_hour": 125})").empty());
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "kill_node", "node": "b"})").empty());
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "kill_holder"})").empty());
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "slow", "worker": "1.1", "for": "2s", "factor": 2})").empty());
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "cut", "node": "a", "direction": "outgoing"})").empty());
}

TEST_CASE("a fault without its victim, or with one that the run does not have, is named with those that it has") {
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "freeze"})")
          == lines{"x.json: faults.list[0].node: found nothing, allowed: the name of its victim: a, b"});
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "freeze", "node": "c"})")
          == lines{"x.json: faults.list[0].node: found \"c\", allowed: the name of its victim: a, b"});
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "poison"})")
          == lines{"x.json: faults.list[0].worker: found nothing, allowed: its victim, from \"0.0\" to \"1.1\""});
  for (const auto* worker : {"2.0", "0.2"})
    REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "poison", "worker": ")" + std::string(worker) + "\"}")
            == lines{"x.json: faults.list[0].worker: found \"" + std::string(worker)
                     + "\", allowed: its victim, from \"0.0\" to \"1.1\""});
}

TEST_CASE("what means nothing for a kind of fault is refused") {
  REQUIRE(
    errors_of_fault(R"({"at": "10s", "kind": "kill_holder", "node": "a", "for": "2s"})")
    == lines{"x.json: faults.list[0].node: found a value with kind \"kill_holder\", allowed: left out: its victim "
             "is not a node",
             "x.json: faults.list[0].for: found a value with kind \"kill_holder\", allowed: left out: it is over "
             "at once"});
  REQUIRE(errors_of_fault(R"({"at": "10s", "kind": "freeze", "node": "a", "factor": 2, "direction": "both"})").size()
          == 2);
}

TEST_CASE("unknown kinds, rates and keys of faults are named with their path") {
  REQUIRE(errors_of_faults(R"({"per_hour": -1, "kinds": ["freze"], "lists": []})")
          == lines{"x.json: faults.per_hour: found -1, allowed: a number from 0 to 36000",
                   "x.json: faults.kinds: found [\"freze\"], allowed: a list of names, none twice, each one of "
                   "\"kill_worker\", \"kill_node\", \"kill_holder\", \"freeze\", \"slow\", \"cut\", \"corrupt\", "
                   "\"poison\" or \"false_loss\"",
                   "x.json: faults.lists: unknown key; did you mean list?"});
  REQUIRE(errors_of_faults(R"({"kinds": ["cut", "cut"]})").size() == 1);
  REQUIRE(
    errors_of_fault(R"({"at": "10s", "kind": "freze", "node": "a"})").front().ends_with("did you mean \"freeze\"?"));
  REQUIRE(
    errors_of_fault(R"({"kind": "kill_holder"})").front().starts_with("x.json: faults.list[0].at: found nothing"));
}

TEST_CASE("faults without nodes are refused") {
  REQUIRE(errors_of(R"({"budget": {"steps": 10}, "faults": {"per_hour": 1}})")
          == lines{"x.json: faults: found faults without nodes, allowed: none; or nodes, since a rehearsal is of how a "
                   "run of several processes outlives its parts"});
  REQUIRE(errors_of(R"({"budget": {"steps": 10}, "faults": {"seed": 3}})").empty());
}

TEST_CASE("a file of faults takes the place of the section, and what is wrong with it is named by that file") {
  const temporary_file run(two_nodes + std::string(R"(, "faults": {"seed": 2, "per_hour": 60}})"));
  const temporary_file faults(R"({"seed": 5})", "storm.json");
  const auto config = load_config(run.path(), {}, faults.path());
  REQUIRE(config.faults.seed == 5);
  REQUIRE(config.faults.per_hour == 0);
  REQUIRE(load_config(run.path()).faults.seed == 2);
  const std::vector<std::string> overrides{"faults.seed=6"};
  REQUIRE(load_config(run.path(), overrides, faults.path()).faults.seed == 6);

  const temporary_file wrong(R"({"per_hour": true})", "storm.json");
  const temporary_file broken(R"({"per_hour": )", "storm.json");
  for (const auto& [file, part] : {std::pair{&wrong, "faults.per_hour: found true"}, {&broken, ":1:14: "}}) {
    INFO(part);
    try {
      load_config(run.path(), {}, file->path());
      FAIL("it loads");
    } catch (const config_errors& errors) {
      const std::string text = errors.what();
      REQUIRE(text.starts_with(file->path().string()));
      REQUIRE(text.find(part) != std::string::npos);
    }
  }
}
