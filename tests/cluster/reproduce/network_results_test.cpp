#include "cluster/reproduce/network_results.hpp"

#include "cluster/reproduce/experiments.hpp"
#include "compute/affinity.hpp"
#include "tests/cluster/reproduce/made_experiment.hpp"

using namespace paceline;

TEST_CASE("of a network's strategies each is drawn once, by its best learning rate, and all rates stand in a table") {
  const temporary_folder folder;
  const std::vector<std::string> name{"cnn7-4"};
  const auto outcome =
    testing::made(*experiments_named(name).front(),
                  {.fast = true, .strategies = {"lsgd", "sgd"}, .learning_rates = {0.05, 0.01}, .steps = 2}, folder);
  REQUIRE(outcome.findings.size() == 2);
  const auto lsgd = testing::found_in(outcome, "LSGD: test error");
  REQUIRE(lsgd.paper == "17.7 %");
  // A trial on other pictures.
  REQUIRE_FALSE(lsgd.agrees);
  const auto& errors = outcome.shown.sections.front().tables.front();
  REQUIRE(errors.rows.size() == 4);
  REQUIRE(errors.head
          == std::vector<std::string>{"strategy", "learning rate", "at a third of the steps", "at the end",
                                      "paper, at the end"});
  REQUIRE(errors.rows[1][1] == "0.01");
  REQUIRE(errors.rows[3][0] == "SGD");
  const auto& by_time = outcome.shown.sections[1].figures.front();
  const bool simulated = usable_cores().size() < 4;
  REQUIRE(by_time.caption.ends_with("Time is simulated.") == simulated);
  REQUIRE(by_time.note == (simulated ? "simulated time" : ""));
  REQUIRE(by_time.curves.size() == 2);
  REQUIRE(by_time.curves[0].label == "LSGD");
}
