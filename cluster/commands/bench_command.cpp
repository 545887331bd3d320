#include "cluster/commands/commands.hpp"

#include "cluster/bench/exchange_bench.hpp"
#include "cluster/bench/pull_bench.hpp"
#include "cluster/bench/step_bench.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace paceline {
namespace {

void print(bool as_json, const nlohmann::json& json, const std::string& text) {
  std::cout << (as_json ? json.dump() : text) << "\n";
}

void add_step(CLI::App& bench, command& chosen) {
  auto settings = std::make_shared<step_bench_settings>();
  auto json = std::make_shared<bool>(false);
  auto* step = bench.add_subcommand("step", "Time one training step: forward, backward, Nesterov SGD");
  step->add_option("--model", settings->model, "A built-in model");
  step->add_option("--batch", settings->batch_size, "Pictures a batch")->check(CLI::Range(1, 65536));
  step->add_option("--threads", settings->threads, "Threads of the worker")->check(CLI::Range(1, 1024));
  step->add_option("--steps", settings->steps, "Steps to time; the median counts")->check(CLI::Range(1, 1000000));
  step->add_flag("--json", *json, "Print one JSON object");
  step->callback([settings, json, &chosen] {
    chosen = [settings, json] {
      const auto result = run_step_bench(*settings);
      print(*json, to_json(*settings, result), to_text(*settings, result));
      return success;
    };
  });
}

void add_pull(CLI::App& bench, command& chosen) {
  auto settings = std::make_shared<pull_bench_settings>();
  auto json = std::make_shared<bool>(false);
  auto* pull = bench.add_subcommand("pull", "Time the leader pull, alone and fused into the optimiser's step");
  pull->add_option("--parameters", settings->parameters, "Length of the parameter vector")
    ->check(CLI::Range(1, 1000000000));
  pull->add_option("--repeats", settings->repeats, "Calls to time; the median counts")->check(CLI::Range(1, 1000000));
  pull->add_flag("--json", *json, "Print one JSON object");
  pull->callback([settings, json, &chosen] {
    chosen = [settings, json] {
      const auto result = run_pull_bench(*settings);
      print(*json, to_json(*settings, result), to_text(*settings, result));
      return success;
    };
  });
}

void add_exchange(CLI::App& bench, command& chosen) {
  auto settings = std::make_shared<exchange_bench_settings>();
  auto json = std::make_shared<bool>(false);
  auto* exchange = bench.add_subcommand(
    "exchange", "Compare workers' steps a second with exchange on and off, in turn, in one run of the same workers");
  exchange->add_option("--model", settings->model, "A built-in model");
  exchange->add_option("--tau", settings->tau, "Steps between group decisions; four times that between global ones")
    ->check(CLI::Range(1, 1000000));
  exchange->add_option("--groups", settings->groups, "Groups")->check(CLI::Range(1, 1024));
  exchange->add_option("--workers", settings->workers, "Workers a group")->check(CLI::Range(1, 1024));
  exchange->add_option("--batch", settings->batch_size, "Pictures a batch")->check(CLI::Range(1, 65536));
  exchange->add_option("--turns", settings->turns, "Pairs of phases, one on and one off")->check(CLI::Range(1, 10000));
  exchange->add_option("--seconds", settings->phase_seconds, "Length of a phase")->check(CLI::Range(0.1, 3600.0));
  exchange->add_flag("--json", *json, "Print one JSON object");
  exchange->callback([settings, json, &chosen] {
    chosen = [settings, json] {
      const auto result = run_exchange_bench(*settings);
      print(*json, to_json(*settings, result), to_text(*settings, result));
      return success;
    };
  });
}

} // namespace

void add_bench_command(CLI::App& app, command& chosen) {
  auto* bench = app.add_subcommand("bench", "Measure the speed of this machine");
  bench->require_subcommand(1);
  // Inherited by the subcommands: --help shows each default.
  bench->option_defaults()->always_capture_default();
  add_step(*bench, chosen);
  add_pull(*bench, chosen);
  add_exchange(*bench, chosen);
}

} // namespace paceline
