#include "cluster/report/run_gatherer.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/report/example_run.hpp"

#include <cmath>

using namespace paceline;
using nlohmann::json;

namespace {

run_data gather(const std::vector<json>& records, run_config config = {}) {
  run_gatherer gatherer(config);
  for (const auto& record : records)
    gatherer.add_record(record);
  run_data data;
  gatherer.finish(data);
  return data;
}

} // namespace

TEST_CASE("a sample is taken when each worker has told of itself, with the mean of their losses") {
  auto unknown = progress_line(3, "0.1", 30, 0);
  unknown["loss"] = nullptr;
  const auto data =
    gather({progress_line(1, "0.0", 10, 2), progress_line(1.5, "0.1", 20, 4), progress_line(2, "0.0", 20, 1), unknown});
  REQUIRE(data.progress.size() == 2);
  REQUIRE(data.progress[0].time_seconds == 1.5);
  REQUIRE(data.progress[0].total_steps == 30);
  REQUIRE(data.progress[0].steps == 15);
  REQUIRE(data.progress[0].loss == 3);
  REQUIRE(data.progress[1].time_seconds == 3);
  REQUIRE(data.progress[1].loss == 1);
  REQUIRE(data.total_steps == 50);
}

TEST_CASE("counters that begin anew with a resumed launch are added up") {
  auto line = progress_line(1, "0.0", 10, 2, 5);
  line["pulls_group"] = 7;
  auto resumed = progress_line(2, "0.0", 20, 2, 1);
  resumed["pulls_group"] = 2;
  auto later = progress_line(3, "0.0", 30, 2, 4);
  later["pulls_group"] = 3;
  const auto data = gather({line, resumed, later});
  REQUIRE(data.group_pull_count == 7 + 3);
  REQUIRE(data.progress.back().copies == (5 + 7) + (4 + 3));
}

TEST_CASE("an exchange with a centre is two copies, there and back") {
  auto line = progress_line(1, "0.0", 10, 2, 0);
  line["exchanges"] = 3;
  const auto data = gather({line});
  REQUIRE(data.exchange_count == 3);
  REQUIRE(data.progress.back().copies == 6);
}

TEST_CASE("a worker leads from its decision to the first one that names another") {
  const auto data = gather({decision_line(1, "global", "0.0"), decision_line(2, "global", "0.0"),
                            decision_line(3, "global", "0.1"), progress_line(5, "0.0", 1, 1)});
  REQUIRE(data.global_leaders.size() == 2);
  REQUIRE(data.global_leaders[0].leader == worker_id{0, 0});
  REQUIRE(data.global_leaders[0].begin_seconds == 1);
  REQUIRE(data.global_leaders[0].end_seconds == 3);
  REQUIRE(data.global_leaders[1].end_seconds == 5);
  REQUIRE(data.leadership.global_share({0, 0}) == Approx(2.0 / 3));
}

TEST_CASE("leaders of groups follow each other in their own group") {
  run_config config;
  config.groups.count = 2;
  const auto data = gather({decision_line(1, "group", "0.0"), decision_line(2, "group", "1.1"),
                            decision_line(4, "group", "0.1"), decision_line(6, "group", "0.1")},
                           config);
  REQUIRE(data.group_leaders.size() == 3);
  REQUIRE(data.group_leaders[0].end_seconds == 4);
  REQUIRE(data.group_leaders[1].leader == worker_id{1, 1});
  REQUIRE(data.group_leaders[1].end_seconds == 6);
  REQUIRE(data.group_leaders[2].end_seconds == 6);
  REQUIRE(data.global_leaders.empty());
}

TEST_CASE("pulls are told apart by their scope") {
  const auto data = gather({pull_line(1, "group", 3.5), pull_line(2, "global", 7)});
  REQUIRE(data.group_pulls.size() == 1);
  REQUIRE(data.group_pulls[0].distance == 3.5);
  REQUIRE(data.group_pulls[0].age_seconds == 0.25);
  REQUIRE(data.global_pulls[0].distance == 7);
}

TEST_CASE("what the links of all nodes sent is added up, over their restarts too") {
  const auto link = [](double time, const std::string& node, int sent) {
    return json{{"type", "link"}, {"time", time}, {"told_by", node}, {"bytes_sent", sent}};
  };
  const auto data = gather({link(1, "a", 100), link(1, "b", 10), link(2, "a", 300), link(3, "a", 50)});
  REQUIRE(data.traffic.size() == 4);
  REQUIRE(data.traffic[2].sent_bytes == 310);
  REQUIRE(data.traffic[3].sent_bytes == 360);
}

TEST_CASE("what nodes sent never falls, whichever log is read first") {
  const auto link = [](double time, const std::string& node, int sent) {
    return json{{"type", "link"}, {"time", time}, {"told_by", node}, {"bytes_sent", sent}};
  };
  const auto data = gather({link(1, "a", 100), link(3, "a", 300), link(2, "b", 10), link(4, "b", 20)});
  std::vector<double> sent;
  for (const auto& sample : data.traffic)
    sent.push_back(sample.sent_bytes);
  REQUIRE(sent == std::vector<double>{100, 110, 310, 320});
}

TEST_CASE("memory for a long log is bounded, and its ends stay") {
  run_gatherer gatherer({});
  constexpr int count = 200'000;
  for (int i = 0; i < count; ++i)
    gatherer.add_record(pull_line(i, "group", i));
  run_data data;
  gatherer.finish(data);
  REQUIRE(data.group_pulls.size() <= 20'001);
  REQUIRE(data.group_pulls.front().distance == 0);
  REQUIRE(data.group_pulls.back().distance == count - 1);
}

TEST_CASE("lines that tell nothing for a report, or lack what they should have, are passed over") {
  const auto data = gather({json::object(),
                            {{"type", "seat"}},
                            {{"type", "leader"}, {"leader", "nobody"}},
                            {{"type", "link"}},
                            {{"type", "pull"}},
                            {{"type", 5}}});
  REQUIRE(data.progress.empty());
  REQUIRE(data.global_leaders.empty());
  REQUIRE(data.traffic.empty());
  REQUIRE(std::isnan(data.group_pulls[0].distance));
}
