#include "cluster/commands/commands.hpp"

#include "cluster/bench/exchange_bench.hpp"
#include "cluster/bench/plane_bench.hpp"
#include "cluster/bench/pull_bench.hpp"
#include "cluster/bench/step_bench.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace paceline {
namespace {

/// Adds one benchmark whose settings `add_options` offers on the command line; its result is printed for people or as JSON.
template <class Settings, class Result>
void add_benchmark(CLI::App& bench, command& chosen, const std::string& name, const std::string& about,
                   Result (*run)(const Settings&), void (*add_options)(CLI::App&, Settings&)) {
  auto settings = std::make_shared<Settings>();
  auto as_json = std::make_shared<bool>(false);
  auto* added = bench.add_subcommand(name, about);
  add_options(*added, *settings);
  added->add_flag("--json", *as_json, "Print one JSON object");
  added->callback([=, &chosen] {
    chosen = [=] {
      const auto result = run(*settings);
      std::cout << (*as_json ? to_json(*settings, result).dump() : to_text(*settings, result)) << "\n";
      return success;
    };
  });
}

void add_options(CLI::App& step, step_bench_settings& settings) {
  step.add_option("--model", settings.model, "A built-in model");
  step.add_option("--batch", settings.batch_size, "Pictures a batch")->check(CLI::Range(1, 65536));
  step.add_option("--threads", settings.threads, "Threads of the worker")->check(CLI::Range(1, 1024));
  step.add_option("--steps", settings.steps, "Steps to time; the median counts")->check(CLI::Range(1, 1000000));
}

void add_options(CLI::App& pull, pull_bench_settings& settings) {
  pull.add_option("--parameters", settings.parameters, "Length of the parameter vector")
    ->check(CLI::Range(1, 1000000000));
  pull.add_option("--repeats", settings.repeats, "Calls to time; the median counts")->check(CLI::Range(1, 1000000));
}

void add_options(CLI::App& exchange, exchange_bench_settings& settings) {
  exchange.add_option("--model", settings.model, "A built-in model");
  exchange.add_option("--tau", settings.tau, "Steps between group decisions; four times that between global ones")
    ->check(CLI::Range(1, 1000000));
  exchange.add_option("--groups", settings.groups, "Groups")->check(CLI::Range(1, 1024));
  exchange.add_option("--workers", settings.workers, "Workers a group")->check(CLI::Range(1, 1024));
  exchange.add_option("--batch", settings.batch_size, "Pictures a batch")->check(CLI::Range(1, 65536));
  exchange.add_option("--turns", settings.turns, "Pairs of phases, one on and one off")->check(CLI::Range(1, 10000));
  exchange.add_option("--seconds", settings.phase_seconds, "Length of a phase")->check(CLI::Range(0.1, 3600.0));
}

void add_options(CLI::App& plane, plane_bench_settings& settings) {
  plane.add_option("--megabytes", settings.megabytes, "Sizes of the snapshots in MB")->check(CLI::Range(0.001, 1000.0));
  plane.add_option("--repeats", settings.repeats, "Rounds; the medians count")->check(CLI::Range(1, 1000000));
}

} // namespace

void add_bench_command(CLI::App& app, command& chosen) {
  auto* bench = app.add_subcommand("bench", "Measure the speed of this machine");
  bench->require_subcommand(1);
  // Inherited by the subcommands: --help shows each default.
  bench->option_defaults()->always_capture_default();
  add_benchmark<step_bench_settings>(*bench, chosen, "step", "Time one training step: forward, backward, Nesterov SGD",
                                     run_step_bench, add_options);
  add_benchmark<pull_bench_settings>(*bench, chosen, "pull",
                                     "Time the leader pull, alone and fused into the optimiser's step", run_pull_bench,
                                     add_options);
  add_benchmark<exchange_bench_settings>(
    *bench, chosen, "exchange",
    "Compare workers' steps a second with exchange on and off, in turn, in one run of the same workers",
    run_exchange_bench, add_options);
  add_benchmark<plane_bench_settings>(*bench, chosen, "plane",
                                      "Time snapshots between nodes over TCP on loopback, beside a plain socket",
                                      run_plane_bench, add_options);
}

} // namespace paceline
