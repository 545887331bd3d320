#include "cluster/commands/commands.hpp"

#include "cluster/bench/accuracy_bench.hpp"
#include "cluster/bench/coordinator_bench.hpp"
#include "cluster/bench/exchange_bench.hpp"
#include "cluster/bench/latency_bench.hpp"
#include "cluster/bench/plane_bench.hpp"
#include "cluster/bench/pull_bench.hpp"
#include "cluster/bench/scaling_bench.hpp"
#include "cluster/bench/step_bench.hpp"
#include "cluster/config/value_kinds.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
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

/// CLI::Range lets NaN pass, which is neither below nor above.
CLI::Validator within(double least, double most) {
  const auto range = fmt::format("FLOAT in [{:g} - {:g}]", least, most);
  return {[=](const std::string& text) {
            char* end = nullptr;
            const auto value = std::strtod(text.c_str(), &end);
            const bool is_number = end != text.c_str() && *end == 0;
            return is_number && value >= least && value <= most ? std::string()
                                                                : fmt::format("Value {} not in {}", text, range);
          },
          range, "RANGE"};
}

void add_device_option(CLI::App& bench, std::string& device) {
  bench.add_option("--device", device, "cpu, reference, auto, or a GPU by its number, as cuda:0")
    ->check([](const std::string& name) {
      return device_name{}.read(name) ? std::string() : "allowed: " + device_name{}.allowed(name);
    });
}

template <class Settings>
void add_device_options(CLI::App& bench, Settings& settings) {
  const auto set_precision = [&settings](const std::string& name) {
    for (const auto precision : {product_precision::fp32, product_precision::tf32, product_precision::bf16})
      if (name == to_string(precision))
        settings.precision = precision;
  };
  bench
    .add_option_function<std::string>(
      "--precision", set_precision,
      "Of products: fp32 (the default), bf16 (on a CPU of convolutions, where that is faster), or a "
      "GPU's tf32")
    ->check(CLI::IsMember({"fp32", "tf32", "bf16"}));
  add_device_option(bench, settings.device);
}

void add_options(CLI::App& step, step_bench_settings& settings) {
  step.add_option("--model", settings.model, "A built-in model");
  step.add_option("--size", settings.size, "Pixels of a picture's side; 0 for what is usual for the model")
    ->check(CLI::Range(0, 4096));
  step.add_option("--batch", settings.batch_size, "Pictures a batch")->check(CLI::Range(1, 65536));
  step.add_option("--threads", settings.threads, "Threads of the worker")->check(CLI::Range(1, 1024));
  step.add_option("--steps", settings.steps, "Steps to time; the median counts")->check(CLI::Range(1, 1000000));
  add_device_options(step, settings);
  step.add_flag("--layers", settings.layers, "Also what each layer takes, beside the limits of this machine");
}

void add_options(CLI::App& accuracy, accuracy_bench_settings& settings) {
  accuracy.add_option("--model", settings.model, "A built-in model; its dropout is left out");
  accuracy.add_option("--batch", settings.batch_size, "Pictures a batch")->check(CLI::Range(1, 4096));
  add_device_option(accuracy, settings.device);
  accuracy.add_option("--save", settings.save, "Folder for parameters, batch and true gradient (safetensors)")
    ->type_name("FOLDER");
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
  exchange.add_option("--seconds", settings.phase_seconds, "Length of a phase")->check(within(0.1, 3600.0));
  add_device_options(exchange, settings);
}

void add_options(CLI::App& scaling, scaling_bench_settings& settings) {
  scaling.add_option("--model", settings.model, "A built-in model");
  scaling.add_option("--workers", settings.workers, "Workers of one thread, a core each")->check(CLI::Range(1, 1024));
  scaling.add_option("--batch", settings.batch_size, "Pictures a batch")->check(CLI::Range(1, 65536));
  scaling.add_option("--turns", settings.turns, "Pairs of phases, of one worker and of all")
    ->check(CLI::Range(1, 10000));
  scaling.add_option("--seconds", settings.phase_seconds, "Length of a phase")->check(within(0.01, 3600.0));
}

void add_options(CLI::App& plane, plane_bench_settings& settings) {
  plane.add_option("--megabytes", settings.megabytes, "Sizes of the snapshots in MB")->check(within(0.001, 1000.0));
  plane.add_option("--repeats", settings.repeats, "Rounds; the medians count")->check(CLI::Range(1, 1000000));
}

void add_options(CLI::App& coordinator, coordinator_bench_settings& settings) {
  coordinator.add_option("--nodes", settings.nodes, "Processes of this machine, a group each")
    ->check(CLI::Range(2, 999));
  coordinator.add_option("--workers", settings.workers, "Workers a node")->check(CLI::Range(1, 10000));
  coordinator
    .add_option("--seconds", settings.seconds, "Time to measure, behind the start; two decisions fall into it at least")
    ->check(within(9.0, 3600.0));
}

void add_options(CLI::App& latency, latency_bench_settings& settings) {
  latency.add_option("--workers", settings.workers, "Workers in all, half of them on each of two nodes")
    ->check(CLI::Range(2, 1024));
  latency.add_option("--tau", settings.tau, "Steps between decisions")->check(CLI::Range(1, 1000000));
  latency.add_option("--step", settings.step_milliseconds, "Time of a step in ms")->check(within(0.1, 60000.0));
  latency.add_option("--changes", settings.changes, "Changes of the lead to measure, each way")
    ->check(CLI::Range(1, 100000));
}

/// The processes that `bench coordinator` starts.
void add_coordinator_node(CLI::App& bench, command& chosen) {
  auto settings = std::make_shared<coordinator_node_settings>();
  auto* node = bench.add_subcommand("coordinator-node", "One node of bench coordinator")->group("");
  add_options(*node, settings->bench);
  node->add_option("--node", settings->node, "Which of the nodes");
  node->add_option("--run", settings->run, "Name of the run");
  node->callback([=, &chosen] {
    chosen = [=] {
      run_coordinator_node(*settings, [](const auto& finding) { std::cout << to_json(finding).dump() << std::endl; });
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
  add_benchmark<step_bench_settings>(*bench, chosen, "step", "Time one training step: forward, backward, Nesterov SGD",
                                     run_step_bench, add_options);
  add_benchmark<accuracy_bench_settings>(*bench, chosen, "accuracy", "Compare gradients with those of double precision",
                                         run_accuracy_bench, add_options);
  add_benchmark<pull_bench_settings>(*bench, chosen, "pull",
                                     "Time the leader pull, alone and fused into the optimiser's step", run_pull_bench,
                                     add_options);
  add_benchmark<scaling_bench_settings>(*bench, chosen, "scaling", "Compare several workers at once with one alone",
                                        run_scaling_bench, add_options);
  add_benchmark<exchange_bench_settings>(
    *bench, chosen, "exchange",
    "Compare workers' steps a second with exchange on and off, in turn, in one run of the same workers",
    run_exchange_bench, add_options);
  add_benchmark<plane_bench_settings>(*bench, chosen, "plane",
                                      "Time snapshots between nodes over TCP on loopback, beside a plain socket",
                                      run_plane_bench, add_options);
  add_benchmark<latency_bench_settings>(
    *bench, chosen, "latency",
    "Time from a new lowest loss to the followers' pull, in one process and between two nodes", run_latency_bench,
    add_options);
  add_benchmark<coordinator_bench_settings>(
    *bench, chosen, "coordinator",
    "Measure the processor time of the global leader's node with a thousand workers on ten nodes",
    run_coordinator_bench, add_options);
  add_coordinator_node(*bench, chosen);
}

} // namespace paceline
