#include "cluster/launch/earlier_part.hpp"

#include "cluster/files/json_lines.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("what a run lost leaves its logs, but not what tells of failures, faults and other nodes") {
  const temporary_folder folder;
  auto run = run_folder::create(folder / "run");
  run.keep();
  {
    json_lines metrics(run.metrics());
    metrics.append({{"type", "progress"}, {"time", 1.0}});
    metrics.append({{"type", "node"}, {"time", 2.0}, {"node", "b"}, {"live", true}});
    metrics.append({{"type", "fault"}, {"time", 5.0}, {"kind", "kill_node"}});
    metrics.append({{"type", "failure"}, {"time", 6.0}, {"code", "worker_step_failed"}});
    metrics.append({{"type", "pull"}, {"time", 7.0}});
    json_lines(run.leadership()).append({{"type", "leader"}, {"time", 3.0}});
  }
  const auto earlier = trim_logs(run, nullptr);
  REQUIRE(earlier.latest == 0s);
  REQUIRE(earlier.latest_fault == 5s);
  std::vector<std::string> left;
  std::istringstream text(contents_of(run.metrics()));
  for (std::string line; std::getline(text, line);)
    left.push_back(json::parse(line)["type"]);
  REQUIRE(left == std::vector<std::string>{"node", "fault", "failure"});
  REQUIRE(contents_of(run.leadership()).empty());
}
