#include "cluster/launch/launcher.hpp"

#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/launch/resumed_config.hpp"
#include "cluster/launch/task.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/launch/tiny_run.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <sstream>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

/// What a launch printed, and how it ended.
struct launched {
  launch_exit exit;
  std::string text;
};

launched launch_it(const run_config& config, bool resume = false) {
  std::ostringstream out;
  const auto exit = launch({.config = config, .resume = resume}, out, out);
  return {exit, out.str()};
}

/// All lines of a log; fails where one is not an object.
std::vector<json> lines_of(const fs::path& path) {
  std::vector<json> lines;
  std::istringstream text(contents_of(path));
  for (std::string line; std::getline(text, line);) {
    lines.push_back(json::parse(line));
    REQUIRE(lines.back().is_object());
  }
  return lines;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

/// The numbers of all decisions, by scope and group.
std::map<std::string, std::vector<std::uint64_t>> decisions_in(const fs::path& run) {
  std::map<std::string, std::vector<std::uint64_t>> numbers;
  for (const auto& line : lines_of(run / "leadership.jsonl"))
    numbers[line["scope"].get<std::string>() + line["group"].dump()].push_back(line["decision"]);
  return numbers;
}

void require_every_decision_once(const fs::path& run) {
  for (const auto& [which, numbers] : decisions_in(run))
    for (std::size_t i = 0; i < numbers.size(); ++i)
      REQUIRE(numbers[i] == i + 1);
}

} // namespace

TEST_CASE("a run leaves a complete folder") {
  const temporary_folder folder;
  auto config = tiny_run(folder.path());
  config.deterministic = GENERATE(false, true);
  const auto run = folder / "tiny";
  const auto ended = launch_it(config);
  REQUIRE(ended.exit == launch_exit::finished);
  REQUIRE(names_in(run)
          == std::set<std::string>{".lock", "checkpoints", "config.json", "leadership.jsonl", "metrics.jsonl",
                                   "summary.json"});
  REQUIRE(names_in(run / "checkpoints") == std::set<std::string>{"step-000000096"});

  // The configuration reads back as what was launched.
  const auto again = config_of_run(run, {});
  REQUIRE(to_json(again) == to_json(config));

  std::map<std::string, int> lines;
  for (const auto& line : lines_of(run / "metrics.jsonl"))
    ++lines[line["type"].get<std::string>()];
  REQUIRE(lines["evaluation"] > 0);
  REQUIRE(lines["progress"] >= 4);
  require_every_decision_once(run);

  const auto summary = json::parse(contents_of(run / "summary.json"));
  REQUIRE(summary["outcome"] == "finished");
  REQUIRE(summary["total_steps"] == 96);
  REQUIRE(summary["failures"].empty());
  // Each pull has its line; in lock-step there must be some, whatever the machine's speed.
  const auto pulls = summary["totals"]["pulls_group"].get<int>() + summary["totals"]["pulls_global"].get<int>();
  REQUIRE(lines["pull"] == pulls);
  REQUIRE((pulls > 0 || !config.deterministic));
  REQUIRE(lines.size() == 3);
  REQUIRE_THAT(ended.text, StartsWith("tiny: linear (23530 parameters) on glyphs, 2 groups of 2 workers, "));
  REQUIRE_THAT(ended.text, ContainsSubstring("tiny finished: 96 steps"));

  const auto task = load_task(config);
  const auto state = load_checkpoint(run / "checkpoints" / "step-000000096", task.network.parameters());
  REQUIRE(state.total_steps == 96);
  REQUIRE(state.workers.size() == 4);
}

TEST_CASE("a run says on what it computes where that is not the CPU's fp32") {
  const temporary_folder folder;
  auto config = tiny_run(folder.path());
  const auto [backend, precision, said] = GENERATE(table<std::string, product_precision, std::string>(
    {{"reference", product_precision::fp32, "2 groups of 2 workers on reference, "},
     {"cpu", product_precision::bf16,
      cpu_multiplies_bf16() ? "2 groups of 2 workers on cpu in bf16, "
                            : "2 groups of 2 workers on cpu in fp32 (no instructions for bf16 here), "}}));
  config.device.backend = backend;
  config.device.precision = precision;
  REQUIRE_THAT(launch_it(config).text, ContainsSubstring(said));
}

TEST_CASE("a launch that fails in its set-up leaves no trace") {
  const temporary_folder folder;
  auto config = tiny_run(folder / "runs");
  SECTION("because its data is not there") {
    config.data.kind = "cifar10";
    config.data.path = folder / "none";
  }
  SECTION("because its data is too small for its workers") {
    config.data.train_size = 30;
  }
  REQUIRE_THROWS_AS(launch_it(config), invalid_input);
  REQUIRE(entries_in(folder.path()) == 0);
}

TEST_CASE("a launch into a folder that cannot be made says which") {
  const temporary_folder folder;
  write_contents(folder / "runs", "a file");
  REQUIRE_THROWS_AS(launch_it(tiny_run(folder / "runs")), io_failure);
  REQUIRE_THROWS_WITH(launch_it(tiny_run(folder / "runs")), ContainsSubstring((folder / "runs").string()));
}

TEST_CASE("a resume goes on where the run ended and tells nothing twice") {
  const temporary_folder folder;
  auto config = tiny_run(folder.path());
  config.deterministic = GENERATE(false, true);
  const auto run = folder / "tiny";
  launch_it(config);
  const auto before = decisions_in(run);
  auto longer = config_of_run(run, {"budget.steps=48"});
  const auto ended = launch_it(longer, true);
  REQUIRE(ended.exit == launch_exit::finished);
  REQUIRE_THAT(ended.text, ContainsSubstring("resumed at step 96 of all workers together\n"));
  require_every_decision_once(run);
  // Running freely, the last reports may still be on their way when the run ends.
  for (const auto& [which, numbers] : before)
    REQUIRE(decisions_in(run)[which].size() >= numbers.size() + (config.deterministic ? 1 : 0));
  const auto summary = json::parse(contents_of(run / "summary.json"));
  REQUIRE(summary["total_steps"] == 192);
  REQUIRE(summary["totals"]["steps_since_start"] == 96);
}

TEST_CASE("lines of what happened after the checkpoint are dropped on a resume") {
  const temporary_folder folder;
  auto config = tiny_run(folder.path());
  config.deterministic = true;
  const auto run = folder / "tiny";
  launch_it(config);
  const auto leadership = contents_of(run / "leadership.jsonl");
  const auto metrics = contents_of(run / "metrics.jsonl");
  auto decision = lines_of(run / "leadership.jsonl").back();
  decision["decision"] = decision["decision"].get<int>() + 1;
  write_contents(run / "leadership.jsonl", leadership + decision.dump() + "\n");
  write_contents(run / "metrics.jsonl",
                 metrics + R"({"type":"pull","worker":"0.0","steps":25,"time":0})" + "\n" + R"({"type":"pul)");
  launch_it(config_of_run(run, {}), true);
  REQUIRE(contents_of(run / "leadership.jsonl") == leadership);
  REQUIRE_THAT(contents_of(run / "metrics.jsonl"), StartsWith(metrics));
  for (const auto& line : lines_of(run / "metrics.jsonl"))
    if (line["type"] == "pull")
      REQUIRE(line["steps"] <= 24);
}

TEST_CASE("a resume without a checkpoint starts over and says so") {
  const temporary_folder folder;
  const auto run = folder / "tiny";
  launch_it(tiny_run(folder.path()));
  fs::remove_all(run / "checkpoints");
  const auto ended = launch_it(config_of_run(run, {}), true);
  REQUIRE_THAT(ended.text, ContainsSubstring("there is no checkpoint to go on from: starts over\n"));
  REQUIRE(json::parse(contents_of(run / "summary.json"))["total_steps"] == 96);
  require_every_decision_once(run);
}

TEST_CASE("a resume passes over a damaged checkpoint to the one before it, which it names and sets aside") {
  const temporary_folder folder;
  const auto run = folder / "tiny";
  launch_it(tiny_run(folder.path()));
  launch_it(config_of_run(run, {"budget.steps=48"}), true);
  const auto checkpoints = run / "checkpoints";
  REQUIRE(names_in(checkpoints) == std::set<std::string>{"step-000000096", "step-000000192"});
  const auto newest = checkpoints / "step-000000192" / "state.json";
  write_contents(newest, contents_of(newest).substr(0, 100));
  const auto ended = launch_it(config_of_run(run, {}), true);
  REQUIRE(ended.exit == launch_exit::finished);
  REQUIRE_THAT(ended.text,
               ContainsSubstring(newest.string() + ": not JSON at byte 101; goes on without it, it lies in "));
  REQUIRE_THAT(ended.text, ContainsSubstring("resumed at step 96 of all workers together\n"));
  REQUIRE(names_in(checkpoints) == std::set<std::string>{"step-000000096", "step-000000192", "step-000000192.damaged"});
  require_every_decision_once(run);

  SECTION("where none can be read it says so of the newest, and touches none") {
    write_contents(newest, "");
    write_contents(checkpoints / "step-000000096" / "state.json", "");
    REQUIRE_THROWS_WITH(launch_it(config_of_run(run, {"budget.steps=60"}), true), StartsWith(newest.string()));
    REQUIRE(names_in(checkpoints)
            == std::set<std::string>{"step-000000096", "step-000000192", "step-000000192.damaged"});
  }
}

TEST_CASE("what a saved state was made of is not changed on a resume, nor where the run lies") {
  const temporary_folder folder;
  launch_it(tiny_run(folder.path()));
  const auto run = folder / "tiny";
  const auto refusal = [&](const std::vector<std::string>& overrides) {
    try {
      config_of_run(run, overrides);
    } catch (const invalid_input& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  REQUIRE(refusal({"seed=99"})
          == "--set seed=99: found 99 for a run that was begun with 1, allowed: 1, since what was saved means nothing "
             "with another seed; begin a new run for that");
  REQUIRE_THAT(refusal({"data.batch_size=4"}), StartsWith("--set data.batch_size=4: found 4 "));
  REQUIRE_THAT(refusal({"model=mlp"}), StartsWith(R"(--set model=mlp: found "mlp" for a run that was begun with )"));
  REQUIRE_THAT(refusal({"data.train_size=68"}), StartsWith("--set data.train_size=68: found 68 "));
  REQUIRE_THAT(refusal({R"(output={"name": "b"})"}), StartsWith(R"(--set output={"name": "b"}: a resumed run stays )"));
  REQUIRE(refusal({"seed=1", "budget.steps=99", "output.evaluate_every=1h"}) == "none");
}

TEST_CASE("what is no run's folder cannot be resumed") {
  const temporary_folder folder;
  REQUIRE_THROWS_WITH(config_of_run(folder / "typo", {}), (folder / "typo").string() + ": there is no such folder");
  REQUIRE_THROWS_WITH(config_of_run(folder.path(), {}),
                      folder.path().string() + ": is not the folder of a run, which has a config.json");
  write_contents(folder / "cluster.json", "{}");
  REQUIRE_THROWS_WITH(config_of_run(folder / "cluster.json", {}), ContainsSubstring("is not the folder of a run"));
}

TEST_CASE("a resume of a finished run says that nothing is left to do, and how to raise the budget") {
  const temporary_folder folder;
  const auto run = folder / "tiny";
  launch_it(tiny_run(folder.path()));
  const auto ended = launch_it(config_of_run(run, {}), true);
  REQUIRE(ended.exit == launch_exit::finished);
  REQUIRE_THAT(ended.text, ContainsSubstring("nothing is left to do: its budget is used up; raise it, as with --set "
                                             "budget.steps=48\n"));
  const auto longer = launch_it(config_of_run(run, {"budget.steps=30"}), true);
  REQUIRE_THAT(longer.text, !ContainsSubstring("nothing is left to do"));
}

TEST_CASE("a run folder that was moved is resumed where it lies now") {
  const temporary_folder folder;
  launch_it(tiny_run(folder.path()));
  fs::rename(folder / "tiny", folder / "moved");
  const auto config = config_of_run(folder.path() / "moved/", {"budget.steps=30"});
  REQUIRE(config.output.name == "moved");
  REQUIRE(config.output.folder == folder.path());
  REQUIRE(launch_it(config, true).exit == launch_exit::finished);
  REQUIRE_FALSE(fs::exists(folder / "tiny"));
}
