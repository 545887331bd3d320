#include "tests/cluster/launch/fake_nodes.hpp"

#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/config/model_json.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/launch/task.hpp"
#include "cluster/record/metrics.hpp"
#include "tests/cluster/launch/tiny_run.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace paceline::testing {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

double loss_of(worker_id id) {
  return id == worker_id{1, 0} ? 0.25 : 0.5 + 0.1 * id.group + 0.01 * id.index;
}

worker_state worker_of(worker_id id, std::uint64_t steps, std::size_t parameters, std::size_t window) {
  worker_state worker;
  worker.id = id;
  worker.training.steps = steps;
  worker.training.parameters.assign(parameters, 0.01f * static_cast<float>(id.group + 1));
  worker.losses.assign(window, loss_of(id));
  return worker;
}

void append_logs(const fs::path& folder, const run_config& config, std::uint32_t group, const run_state& state) {
  json_lines metrics(folder / "metrics.jsonl");
  json_lines ledger(folder / "leadership.jsonl");
  const std::chrono::system_clock::time_point wall(1'700'000'000s);
  for (const auto& worker : state.workers) {
    worker_progress progress;
    progress.report = {worker.id, worker.training.steps, loss_of(worker.id), true, 1s};
    progress.counters.steps = worker.training.steps;
    metrics.append(to_record(progress, {2s, wall + 1s * worker.id.index}));
  }
  leader_announcement decision;
  decision.decision = 1;
  decision.group = group;
  decision.leader = {group, 0};
  ledger.append(to_record(decision, {1s, wall}));
  for (std::uint64_t number = 1; number <= config.nodes.size(); ++number) {
    decision.scope = scope::global;
    decision.decision = number;
    decision.leader = {1, 0};
    ledger.append(to_record(decision, {2s, wall + 1s * number}));
  }
}

} // namespace

run_config two_nodes(const fs::path& runs) {
  auto config = tiny_run(runs);
  config.output.name = "nodes-test";
  config.groups = {.count = 2, .workers = 2};
  config.nodes = {{.name = "a"}, {.name = "b"}};
  config.network.patience = 100ms;
  return config;
}

void leave_node_folder(const fs::path& folder, const run_config& config, const std::string& node, std::uint64_t steps) {
  const auto network = load_task(config).network;
  const auto group = first_group_of(config, node);
  fs::create_directories(folder / "checkpoints");
  run_state state;
  for (std::uint32_t index = 0; index < config.groups.workers; ++index)
    state.workers.push_back(worker_of({group, index}, steps, network.parameters().size(), config.strategy.loss_window));
  state.total_steps = steps * state.workers.size();
  state.training_time = 2s;
  state.first_group = group;
  state.groups.resize(1);
  align_coordinators(state, config.groups.count, config.groups.workers);
  state.global.decisions = config.nodes.size();
  state.global.leader = worker_id{1, 0};
  save_checkpoint(folder / "checkpoints", state, network.parameters(),
                  {.model = model_to_json(network).dump(), .data = to_json(config).at("data").dump()}, 1);
  append_logs(folder, config, group, state);
  write_contents(folder / "config.json", to_json(config).dump());
  write_contents(folder / "summary.json",
                 nlohmann::json{{"outcome", "finished"},
                                {"training_time", 2.0},
                                {"wall_time", 3.0},
                                {"steps_per_second", static_cast<double>(state.total_steps) / 2},
                                {"totals", {{"steps_since_start", state.total_steps}}}}
                   .dump());
}

fs::path fake_node_program(const temporary_folder& folder, const std::string& before, const std::string& after) {
  const auto path = folder / "fake-node";
  write_contents(path, fmt::format("#!/bin/sh\n"
                                   "# node - --name NAME [--new|--together]\n"
                                   "name=$4; config=$(cat); folder='{}'\n"
                                   "{}\n"
                                   "mkdir -p runs/nodes-test/nodes\n"
                                   "cp -r $folder/prepared/$name runs/nodes-test/nodes/\n"
                                   "{}\n",
                                   folder.path().string(), before, after));
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

} // namespace paceline::testing
