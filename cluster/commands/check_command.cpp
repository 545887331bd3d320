#include "cluster/commands/commands.hpp"

#include "actors/strategy.hpp"
#include "cluster/commands/node_report.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/console/size_text.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/device_check.hpp"
#include "cluster/launch/memory_check.hpp"
#include "cluster/launch/picture_problem.hpp"
#include "cluster/launch/task.hpp"
#include "cluster/launch/training_problem.hpp"
#include "cluster/security/key_set.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/layer_cost.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace paceline {
namespace {

struct check_arguments {
  std::string file;
  std::vector<std::string> overrides;
};

void print(std::string_view label, const std::string& text) {
  std::cout << fmt::format("{:<12}{}\n", label, escaped(text));
}

std::string shape_text(feature_shape shape) {
  return shape.height == 1 && shape.width == 1 ? fmt::format("{}", shape.channels)
                                               : fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

struct layer_name {
  std::string operator()(const convolution_layer& l) const { return fmt::format("convolution {0}x{0}", l.kernel); }
  std::string operator()(const linear_layer&) const { return "linear"; }
  std::string operator()(const relu_layer&) const { return "relu"; }
  std::string operator()(const max_pool_layer& l) const { return fmt::format("max_pool {0}x{0}", l.kernel); }
  std::string operator()(const average_pool_layer& l) const {
    return l.kernel == 0 ? "average_pool" : fmt::format("average_pool {0}x{0}", l.kernel);
  }
  std::string operator()(const batch_norm_layer&) const { return "batch_norm"; }
  std::string operator()(const add_layer&) const { return "add"; }
  std::string operator()(const shortcut_layer&) const { return "shortcut"; }
  std::string operator()(const dropout_layer& l) const { return fmt::format("dropout {}", l.probability); }
  std::string operator()(const flatten_layer&) const { return "flatten"; }
};

void print_model(const model& network) {
  print("model", fmt::format("{}, {} parameters, {:.1f} MFLOP forward a picture", network.name(),
                             network.parameters().trained_size(), forward_cost(network.layers(), 1).operations / 1e6));
  std::size_t longest = 10;
  for (const auto& layer : network.layers())
    longest = std::max(longest, layer.name.size());
  print("", fmt::format("{:<16} {:<{}} {:>14} {:>12}", "layer", "name", longest, "output", "parameters"));
  const auto slices = network.parameters().slices();
  for (const auto& layer : network.layers()) {
    std::size_t parameters = 0;
    for (const auto& slice : slices)
      if (slice.offset < network.parameters().trained_size()
          && (slice.name == layer.name + ".weight" || slice.name == layer.name + ".bias"))
        parameters += slice.size;
    print("", fmt::format("{:<16} {:<{}} {:>14} {:>12}", std::visit(layer_name{}, layer.kind), layer.name, longest,
                          shape_text(layer.output), parameters == 0 ? "" : std::to_string(parameters)));
  }
}

void print_workers(const run_config& config, const training_task& task) {
  print("cluster",
        fmt::format("{} of {}, {} backend, products in {}, {} a worker", count_text(config.groups.count, "group"),
                    count_text(config.groups.workers, "worker"), task.device->name(),
                    precision_in_words(precision_on(*task.device, config.device.precision), config.device.precision),
                    count_text(static_cast<std::uint64_t>(config.device.threads_per_worker), "thread")));
  for (std::uint32_t position = 0; position < config.workers(); ++position) {
    const worker_id id{position / config.groups.workers, position % config.groups.workers};
    const auto cores = cores_of(config, position);
    print("", fmt::format("worker {}: {} pictures, {}", to_string(id), shard_of(config, task, position).size(),
                          cores.empty() ? "not pinned" : fmt::format("cores {}", fmt::join(cores, ","))));
  }
}

void print_data(const run_config& config, const training_task& task) {
  const auto& data = *task.data;
  print("data",
        fmt::format("{}: {} training and {} test pictures of {}, crop {}, {} classes", data.name, data.train->size(),
                    data.test->size(), data.train->extent(), config.data.augment.crop, data.classes()));
  const auto& how = config.data.augment;
  if (config.data.kind == "image_folder")
    print("", fmt::format(
                "trains on random parts of {:g} to 100 % of a picture, tests on the middle of a shorter side of {}",
                100 * how.smallest_area, how.test_side()));
  print("epoch", fmt::format("{} batches of {} a worker", batches_per_epoch(config, task), config.data.batch_size));
}

void print_exchange(const run_config& config, const cluster_plan& plan, const parameter_layout& layout) {
  const auto& strategy = plan.strategy;
  const auto snapshot = static_cast<double>(layout.size() * sizeof(float));
  if (const auto& centre = strategy.centre)
    return print("exchange",
                 fmt::format("{} with a centre every {} of a worker{}, {} each way",
                             centre->gradients ? "gradients" : "parameters", count_text(centre->period, "step"),
                             centre->together ? ", all together: each waits for the others" : "", size_text(snapshot)));
  if (strategy.period_group == 0 && strategy.period_global == 0)
    return print("exchange", "none: workers ride alone");
  if (strategy.compares_objective)
    print("exchange",
          fmt::format("the leader of all is found, and pulled to ({}), in every step", strategy.steady.global));
  else
    print("exchange",
          fmt::format("group every {} steps a worker (pull {}), all every {} (pull {})", strategy.period_group,
                      strategy.pull_group, strategy.period_global, strategy.pull_global));
  print("", fmt::format("a report every {} of a worker; a snapshot is {}, copied once a decision",
                        count_text(report_interval(strategy), "step"), size_text(snapshot)));
  const auto a_step = [&](std::uint64_t period, std::uint64_t decisions) {
    const auto all_workers = static_cast<double>(period * config.workers());
    return period == 0 ? 0.0 : snapshot * static_cast<double>(decisions * config.workers()) / all_workers;
  };
  print("", fmt::format(
              "{} copied a step of every worker, on average",
              size_text((a_step(strategy.period_group, config.groups.count) + a_step(strategy.period_global, 1)))));
}

/// What each pass of a convolution is computed by, where there is more than one way.
void print_algorithms(const training_task& task, const network& compiled) {
  const auto layers = task.network.layers();
  auto label = "algorithms";
  for (const auto& found : compiled.report()) {
    if (found.forward_by.empty())
      continue;
    const auto or_none = [](const std::string& text) { return text.empty() ? "-" : text; };
    if (*label != 0)
      print(label,
            fmt::format("{:<24} {:<18} {:<18} {}", "convolution", "forward", "weights' gradient", "input's gradient"));
    label = "";
    print("", fmt::format("{:<24} {:<18} {:<18} {}", layers[found.layer].name, found.forward_by,
                          or_none(found.backward_weights_by), or_none(found.backward_data_by)));
  }
}

/// What the evaluator's network takes.
double test_bytes(const run_config& config, const training_task& task) {
  const network_options options{.batch_size = test_batch_of(task.network, task.data->test->size()), .training = false};
  return static_cast<double>(make_test_backend(config.device)->compile(task.network, options)->memory_bytes());
}

void print_memory(const run_config& config, const training_task& task, const network& network) {
  const auto vectors = static_cast<double>(task.network.parameters().size() * sizeof(float))
                       * static_cast<double>(2 + optimiser_of(config).moments());
  const auto worker = static_cast<double>(network.memory_bytes()) + vectors;
  const auto pictures = static_cast<double>(task.data->train->memory_bytes() + task.data->test->memory_bytes());
  const auto tests = test_bytes(config, task);
  print("memory", fmt::format("{} a worker, {} tests, {} pictures, {} in all", size_text(worker), size_text(tests),
                              size_text(pictures), size_text(worker * config.workers() + tests + pictures)));
}

void print_run(const run_config& config) {
  print("run", (config.output.folder / config.output.name).string() + (config.deterministic ? ", deterministic" : ""));
  for (const auto& warning : warnings_of(config))
    print("", warning);
}

/// Of a function that is no network.
void check_objective(const run_config& config) {
  const auto task = load_problem(config);
  print_run(config);
  print("cluster",
        fmt::format("{} of {}", count_text(config.groups.count, "group"), count_text(config.groups.workers, "worker")));
  print("objective", task->in_words());
  print("budget", budget_in_words(config, *task));
  print_exchange(config, make_plan(config, task), task->layout());
  for (const auto& [label, text] : report_waits(config))
    print(label, text);
}

void check_network(const run_config& config) {
  const auto task = load_task(config);
  const auto whole = make_picture_problem(config, task);
  print_run(config);
  print_workers(config, task);
  print_data(config, task);
  print("budget", budget_in_words(config, *whole));
  print_model(task.network);
  print_exchange(config, make_plan(config, whole), whole->layout());
  for (const auto& [label, text] : report_waits(config))
    print(label, text);
  for (const auto& [label, text] : report_nodes(config, whole->layout()))
    print(label, text);
  const auto compiled = task.device->compile(task.network, {.batch_size = config.data.batch_size});
  print_algorithms(task, *compiled);
  print_memory(config, task, *compiled);
}

int check(const check_arguments& arguments) {
  const auto file = load_config(arguments.file, arguments.overrides);
  require_devices(file);
  const auto config = as_run_here(file);
  // Other hosts may have theirs elsewhere.
  if (!config.security.keys.empty()
      && std::any_of(config.nodes.begin(), config.nodes.end(), [](const auto& node) { return node.host == "local"; }))
    load_node_keys(config.security.keys);
  if (config.objective.is_network())
    check_network(config);
  else
    check_objective(config);
  std::cout << "\n" << to_json(file).dump(2) << "\n";
  return success;
}

} // namespace

void add_check_command(CLI::App& app, command& chosen) {
  auto arguments = std::make_shared<check_arguments>();
  auto* checking = app.add_subcommand("check", "Say what a cluster file would do, without training");
  checking->add_option("FILE", arguments->file, "Cluster file (JSON)")->required();
  add_set_option(*checking, arguments->overrides);
  checking->callback([arguments, &chosen] { chosen = [arguments] { return check(*arguments); }; });
}

} // namespace paceline
