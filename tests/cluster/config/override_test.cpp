#include "cluster/config/override.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace paceline::testing;

namespace {

using lines = std::vector<std::string>;

constexpr auto plain = R"({"strategy": {"period_group": 8}, "budget": {"steps": 10}})";

} // namespace

TEST_CASE("an override changes a value of the file, adds one, and later ones win") {
  REQUIRE(loaded(plain).strategy.period_group == 8);
  REQUIRE(loaded(plain, {"strategy.period_group=16"}).strategy.period_group == 16);
  REQUIRE(loaded(plain, {"strategy.period_group=16", "strategy.period_group=32"}).strategy.period_group == 32);
  REQUIRE(loaded(plain, {"groups.workers=3"}).groups.workers == 3);
  REQUIRE(loaded(plain, {R"(groups={"count": 5})"}).groups.count == 5);
}

TEST_CASE("an override's value is JSON where it parses as that, else text") {
  REQUIRE(loaded(plain, {"budget.time=10min"}).budget.time == std::chrono::minutes(10));
  REQUIRE(loaded(plain, {"budget.time=\"10min\""}).budget.time == std::chrono::minutes(10));
  REQUIRE(loaded(plain, {"output.name=a=b"}).output.name == "a=b");
  REQUIRE(loaded(plain, {"device.pin=false"}).device.pin == false);
  REQUIRE(loaded(plain, {"device.precision=bf16"}).device.precision == product_precision::bf16);
  REQUIRE(loaded(plain, {"schedule.milestones=[0.5, 0.75]"}).schedule.milestones == std::vector{0.5, 0.75});
}

TEST_CASE("null takes an optional value out of the file again") {
  const auto config = loaded(plain, {"budget.steps=null", "budget.epochs=2"});
  REQUIRE(!config.budget.steps);
  REQUIRE(config.budget.epochs == 2.0);
}

TEST_CASE("an override reaches into a shortened section and into lists") {
  REQUIRE(loaded(R"({"model": "cnn7", "budget": {"steps": 1}})", {"model.name=mlp"}).model.name == "mlp");
  const auto* file = R"({"budget": {"steps": 1}, "model": {"layers": [
    {"kind": "flatten"}, {"kind": "linear", "name": "a", "features": 8}, {"kind": "linear", "name": "b", "features": 10}]}})";
  const auto config = loaded(file, {"model.layers[1].features=64"});
  REQUIRE(std::get<linear_layer>(config.model.layers[1].kind).features == 64);
  REQUIRE(errors_of(file, {"model.layers[3].features=64"})
          == lines{"--set model.layers[3].features=64: model.layers: found index 3, allowed: an index from 0 to 2"});
  CHECK(
    errors_of(R"({"budget": {"steps": 1}, "objective": {"kind": "sinc"}})", {"objective.starts[5][0]=3"})
    == lines{"--set objective.starts[5][0]=3: objective.starts: found index 5, allowed: no index, since the file has "
             "no list here"});
}

TEST_CASE("what is wrong with an override is said of it, not of the file") {
  CHECK(errors_of(plain, {"strategy.perod_group=3"})
        == lines{"--set strategy.perod_group=3: unknown key; did you mean period_group?"});
  CHECK(errors_of(plain, {"stratgy.kind=sgd"})
        == lines{"--set stratgy.kind=sgd: stratgy: unknown key; did you mean strategy?"});
  CHECK(errors_of(plain, {"momentum=0.5"})
        == lines{"--set momentum=0.5: unknown key; did you mean optimizer.momentum?"});
  CHECK(errors_of(plain, {"strategy.period_group=0"})
        == lines{"--set strategy.period_group=0: found 0, allowed: an integer of at least 1"});
  CHECK(errors_of(plain, {"seed.x=1"})
        == lines{"--set seed.x=1: seed: found an object, allowed: an integer of at least 0"});
  CHECK(errors_of(plain, {R"(groups={"count": 0})"})
        == lines{R"(--set groups={"count": 0}: groups.count: found 0, allowed: an integer of at least 1)"});
}

TEST_CASE("an override with control characters is shown on one line, escaped") {
  CHECK(
    errors_of(plain, {"strategy.period_group=\"a\nb\x1b[31m\""})
    == lines{
      R"(--set strategy.period_group="a\nb\x1b[31m": found "\"a\nb\u001b[31m\"", allowed: an integer of at least 1)"});
  CHECK(errors_of(plain, {"a\tb\x7f=1"}).front().starts_with(R"(--set a\tb\x7f=1: )"));
  CHECK(errors_of("{\"a\xc2\x9b\\nb\": 1, \"budget\": {\"steps\": 1}}")
          .front()
          .starts_with(R"(x.json: "a\xc2\x9b\nb": unknown key)"));
}

TEST_CASE("an override that is overridden leaves no trace, and one that is not whole is an error") {
  REQUIRE(errors_of(plain, {"seed=-1", "seed=2"}).empty());
  REQUIRE(errors_of(plain, {"groups.count=0", R"(groups={"count": -1})"})
          == lines{R"(--set groups={"count": -1}: groups.count: found -1, allowed: an integer of at least 1)"});
  for (const std::string option :
       {"seed", "=1", "", "a..b=1", ".a=1", "a.=1", "a[=1", "a[x]=1", "a[0=1", "[0]=1", "a[0]b=1"}) {
    const auto errors = errors_of(plain, {option});
    REQUIRE(errors.size() == 1);
    CHECK(errors.front().find("allowed: key.path=value, such as strategy.period_group=16") != std::string::npos);
  }
  REQUIRE(errors_of(plain, {"output.name=\xff"})
          == lines{"--set output.name=\\xff: found bytes that are no UTF-8, allowed: JSON or text"});
}
