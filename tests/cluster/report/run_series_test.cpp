#include "cluster/report/run_series.hpp"

#include "cluster/config/run_config_json.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

namespace {

run_data run_of(const std::string& name, const std::vector<std::string>& changes) {
  run_data run;
  run.name = name;
  run.config = parse_config(R"({"budget": {"steps": 10}})", "example", changes);
  return run;
}

} // namespace

TEST_CASE("runs that differ in seed and output alone are one series, by seed, and called by the first") {
  const auto series = series_of({run_of("b", {"seed=2", "output.evaluate_every=7s"}), run_of("a", {"seed=1"})});
  REQUIRE(series.size() == 1);
  REQUIRE(series[0].name == "a and 1 other run");
  REQUIRE(series[0].runs[1].name == "b");
  REQUIRE(series_of({run_of("only", {})})[0].name == "only");
}

TEST_CASE("series are called by all that they differ in, in the order in which they were given") {
  const auto series = series_of({run_of("a", {"strategy.kind=sgd", "seed=1"}), run_of("b", {"strategy.period_group=4"}),
                                 run_of("c", {"strategy.kind=sgd", "seed=2"}), run_of("d", {})});
  REQUIRE(series.size() == 3);
  REQUIRE(series[0].name == "strategy.kind=sgd");
  REQUIRE(series[1].name == "strategy.kind=lsgd, strategy.period_group=4");
  REQUIRE(series[2].name == "strategy.kind=lsgd, strategy.period_group=64");
  REQUIRE(series[0].runs.size() == 2);
}

TEST_CASE("names too long for a legend go without sections, and without what it does not take to tell series apart") {
  const auto named = [](const std::vector<std::vector<std::string>>& changes) {
    std::vector<run_data> runs;
    for (const auto& each : changes)
      runs.push_back(run_of("a", each));
    return series_of(std::move(runs))[0].name;
  };
  const std::vector<std::string> three{"strategy.period_group=4", "strategy.period_global=8", "optimizer.momentum=0.5"};
  REQUIRE(named({three, {}}) == "period_group=4, period_global=8, momentum=0.5");
  auto many = three;
  for (const auto* more : {"strategy.loss_window=3", "strategy.pull_group=0.3", "strategy.pull_global=0.3"})
    many.emplace_back(more);
  REQUIRE(named({many, {}}) == "period_group=4");
  REQUIRE(named({many, {}, {"strategy.period_group=4"}}) == "period_group=4, period_global=8");
}

TEST_CASE("series that differ in hyperparameters of single workers alone have names, and a difference") {
  const auto series = series_of({run_of("plain", {}), run_of("mixed", {"workers.3.learning_rate=0.01"})});
  REQUIRE(series.size() == 2);
  REQUIRE(series[0].name == "plain");
  REQUIRE(series[1].name == "workers.3.learning_rate=0.01");
  REQUIRE(differences_between(series).size() == 1);
}

TEST_CASE("series of many strategies are called by these, and by what is unusual in them") {
  const auto of = [](const std::string& kind, const std::string& optimiser) {
    return run_of(kind, {R"(strategy={"kind": ")" + kind + "\"}", "optimizer=" + optimiser});
  };
  const std::string usual = R"({"momentum": 0.9, "weight_decay": 1e-4})";
  const std::string lars = R"({"kind": "lars", "momentum": 0.95, "weight_decay": 5e-4, "learning_rate": 2})";
  const auto series = series_of({of("lsgd", usual), of("sync_sgd", lars), of("sync_sgd", usual), of("sgd", usual)});
  REQUIRE(series.size() == 4);
  REQUIRE(series[0].name == "lsgd");
  REQUIRE(series[1].name == "sync_sgd, optimizer.kind=lars");
  REQUIRE(series[2].name == "sync_sgd");
  REQUIRE(series[3].name == "sgd");
}

TEST_CASE("names of series that had to be cut differ all the same") {
  const std::string longest(70, 'x');
  const auto series = series_of({run_of("a", {"data.path=/" + longest + "1", "data.kind=cifar10"}),
                                 run_of("b", {"data.path=/" + longest + "2", "data.kind=cifar10"})});
  REQUIRE(series.size() == 2);
  REQUIRE(series[0].name != series[1].name);
  REQUIRE(series[1].name.size() < 84);
}

TEST_CASE("differences are those keys whose values are not the same in all series") {
  const auto series =
    series_of({run_of("a", {}), run_of("b", {"optimizer.learning_rate=0.5", "groups.count=3", "seed=9"}),
               run_of("c", {R"(schedule.milestones=[0.5])", "schedule.kind=step"})});
  const auto differences = differences_between(series);
  REQUIRE(differences.size() == 4);
  REQUIRE(differences[0].key == "groups.count");
  REQUIRE(differences[0].values == std::vector<std::string>{"1", "3", "1"});
  REQUIRE(differences[1].key == "optimizer.learning_rate");
  REQUIRE(differences[2].key == "schedule.kind");
  REQUIRE(differences[3].key == "schedule.milestones");
  REQUIRE(differences[3].values == std::vector<std::string>{"[]", "[]", "[0.5]"});
  REQUIRE(differences_between({series[0]}).empty());
}
