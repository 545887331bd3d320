#include "cluster/config/run_config_rules.hpp"

#include "cluster/config/duration.hpp"
#include "cluster/config/fault_rules.hpp"
#include "cluster/config/model_json.hpp"
#include "cluster/config/nearest_key.hpp"
#include "cluster/config/node_rules.hpp"
#include "cluster/config/rule_reporter.hpp"
#include "cluster/config/run_config_keys.hpp"
#include "cluster/config/worker_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace paceline {

namespace {

// What is known of glyphs and cifar10 before they are loaded.
constexpr std::int64_t picture_side = 32;
constexpr std::int64_t picture_channels = 3;
constexpr std::int64_t picture_classes = 10;

class rule_checker : rule_reporter {
 public:
  rule_checker(const run_config& config, error_list& errors) : rule_reporter(errors), config_(config) {}

  void device() {
    const auto& d = config_.device;
    if (!clean({"device"}))
      return;
    // Where every node has a device of its own, that of the run counts for none.
    const auto& nodes = config_.nodes;
    if (nodes.empty() || std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return !node.device; }))
      precision("device.backend", d.backend);
    for (std::size_t i = 0; clean({"nodes"}) && i < nodes.size(); ++i)
      if (nodes[i].device)
        precision(fmt::format("nodes[{}].device", i), *nodes[i].device);
  }

  /// Whether what `key` asks for can compute in device.precision.
  void precision(const std::string& key, const std::string& backend) {
    const auto asked = config_.device.precision;
    const auto found = fmt::format("\"{}\" with {} \"{}\"", to_string(asked), key, backend);
    if (backend == "reference" && asked != product_precision::fp32)
      fail("device.precision", found, "\"fp32\", or another backend: the reference computes in double precision");
    if (backend == "cpu" && asked == product_precision::tf32)
      fail("device.precision", found,
           "\"fp32\" or \"bf16\", or a GPU, such as \"cuda:0\": processors do not compute in TF32");
  }

  void data() {
    const auto& d = config_.data;
    if (clean({"data.kind", "data.path"}) && d.kind == "cifar10" && d.path.empty())
      fail("data.path", "nothing",
           "with data.kind \"cifar10\" the folder of its binary files, such as \"data/cifar10\"");
    if (clean({"data.kind", "data.path"}) && d.kind == "image_folder" && d.path.empty())
      fail(
        "data.path", "nothing",
        "with data.kind \"image_folder\" the folder that holds train/, and val/ or test/, such as \"data/imagenet\"");
    if (d.kind == "image_folder")
      random_parts();
    else
      random_places();
    if (clean({"data", "groups"}) && d.kind == "glyphs" && shard_size() < batch_size())
      fail("data.train_size", fmt::format("{} for {} workers", d.train_size, workers()),
           fmt::format("at least {}, a batch of {} for each worker", workers() * batch_size(), batch_size()));
  }

  /// Pictures of any size.
  void random_parts() {
    const auto& how = config_.data.augment;
    if (clean({"data.kind", "data.padding"}) && how.padding != 0)
      fail("data.padding", fmt::format("{} with data.kind \"image_folder\"", how.padding),
           "0, since random parts of a picture are scaled to the crop");
    if (clean({"data.kind", "data.crop", "data.resize"}) && how.crop > how.test_side())
      fail("data.crop", fmt::format("{} with tests on pictures whose shorter side is {}", how.crop, how.test_side()),
           fmt::format("at most {}, or a larger data.resize", how.test_side()));
  }

  /// Pictures of one size.
  void random_places() {
    const auto& how = config_.data.augment;
    const auto widest = picture_side + 2 * how.padding;
    if (clean({"data.kind", "data.crop", "data.padding"}) && how.crop > widest)
      fail("data.crop", fmt::format("{} with pictures of {} and a padding of {}", how.crop, picture_side, how.padding),
           fmt::format("at most {}", widest));
  }

  void model() {
    const auto& m = config_.model;
    if (!clean({"model"}))
      return;
    const auto known = known_model{}.names();
    const bool is_known = std::find(known.begin(), known.end(), m.name) != known.end();
    if (m.layers.empty() && !is_known) {
      const auto nearest = nearest_key(m.name, known);
      return errors_.add({.path = "model.name",
                          .found = shown(m.name),
                          .allowed = known_model{}.allowed(nullptr),
                          .nearest = nearest.empty() ? "" : shown(nearest)});
    }
    if (!m.layers.empty() && is_known)
      return fail("model.name", shown(m.name) + " next to model.layers",
                  "only one of them, or a name that no built-in model has");
    // How many classes a folder has is known when it is read.
    if (!clean({"data.kind", "data.crop"}) || config_.data.kind == "image_folder")
      return;
    try {
      static_cast<void>(model_from_config(
        config_, {picture_channels, config_.data.augment.crop, config_.data.augment.crop}, picture_classes));
    } catch (const config_errors& misfits) {
      for (const auto& misfit : misfits.errors())
        errors_.add(misfit);
    }
  }

  /// What is said of networks and pictures counts for nothing.
  void objective() {
    if (!clean({"objective.kind", "device.backend"}))
      return;
    if (config_.device.backend != "cpu")
      fail("device.backend",
           fmt::format("\"{}\" with objective.kind \"{}\"", config_.device.backend, config_.objective.kind),
           "\"cpu\", where these functions are computed");
    if (!config_.nodes.empty())
      fail("nodes", fmt::format("{} with objective.kind \"{}\"", config_.nodes.size(), config_.objective.kind),
           "none: these functions are minimised inside one process");
    const auto& q = config_.objective.quadratic;
    if (clean({"objective"}) && q.least_curvature > q.greatest_curvature)
      fail("objective.least_curvature",
           fmt::format("{} with a greatest of {}", q.least_curvature, q.greatest_curvature),
           "at most objective.greatest_curvature");
  }

  void optimizer() {
    if (clean({"optimizer.nesterov", "optimizer.momentum"}) && config_.optimizer.nesterov
        && config_.optimizer.momentum == 0)
      fail("optimizer.nesterov", "true with a momentum of 0", "a momentum above 0, or nesterov false");
  }

  void strategy() {
    const auto& s = config_.strategy;
    if (clean({"strategy", "optimizer"}) && s.kind == "eamsgd"
        && (config_.optimizer.kind != optimiser_kind::sgd || config_.optimizer.momentum != 0))
      fail("optimizer", "momentum, or another kind than \"sgd\", with strategy.kind \"eamsgd\"",
           "\"sgd\" without momentum: its own is strategy.momentum");
    if (clean({"strategy", "nodes"}) && !config_.nodes.empty() && s.kind == "sync_sgd")
      fail("strategy.kind", fmt::format("\"sync_sgd\" with {} nodes", config_.nodes.size()),
           "another kind, or one process: no worker may miss a gradient of the others, as one of a node that is lost "
           "would");
    if (clean({"strategy.verify", "deterministic"}) && config_.deterministic && config_.strategy.verify)
      fail("strategy.verify", "\"probe\" with deterministic true",
           "\"off\", since in lock-step nobody can be asked between two rounds");
  }

  /// One process, one thread a worker, nothing else that counts real time.
  void simulation() {
    if (!config_.simulation.enabled || !clean({"simulation"}))
      return;
    const auto refuse = [this](bool found, const char* path, std::string what, const char* allowed) {
      if (found && clean({path}))
        fail(path, what + " with simulation.enabled true", allowed);
    };
    refuse(config_.deterministic, "deterministic", "true",
           "false; with simulation.step_time a simulated run is the same each time");
    refuse(!config_.nodes.empty(), "nodes", fmt::format("{}", config_.nodes.size()),
           "none: it is simulated in one process");
    refuse(config_.device.threads_per_worker != 1, "device.threads_per_worker",
           fmt::format("{}", config_.device.threads_per_worker), "1, since a thread's time is what a step takes");
    refuse(config_.strategy.verify, "strategy.verify", "\"probe\"", "\"off\"");
    const auto& backend = config_.device.backend;
    refuse(backend != "cpu" && backend != "reference" && !config_.simulation.step_time, "device.backend",
           fmt::format("\"{}\"", backend),
           "\"cpu\", or a simulation.step_time, since a GPU's time is not its thread's");
  }

  void schedule() {
    if (clean({"schedule.kind", "schedule.milestones"}) && config_.schedule.milestones.empty()
        && config_.schedule.shape == learning_rate_schedule::kind::step)
      fail("schedule.milestones", "none",
           "with schedule.kind \"step\" at least one share of the budget, such as [0.6, 0.85]");
  }

  /// A rate is computed with in 32 bits.
  void rate() {
    const auto& s = config_.schedule;
    if (!clean({"optimizer.learning_rate", "schedule"}) || s.shape != learning_rate_schedule::kind::step)
      return;
    const auto last = config_.optimizer.learning_rate * std::pow(s.factor, static_cast<double>(s.milestones.size()));
    if (last > std::numeric_limits<float>::max())
      fail("schedule.factor",
           fmt::format("{}, which makes a learning rate of {:.3g} at the last milestone", s.factor, last),
           fmt::format("a factor whose rate stays below {:.3g}, the largest number of 32 bits",
                       std::numeric_limits<float>::max()));
  }

  /// As many actors as a process could ever hold.
  void worker_count() {
    constexpr std::uint64_t most_workers = 65536;
    const auto& g = config_.groups;
    if (const auto all = std::uint64_t{g.count} * g.workers; clean({"groups"}) && all > most_workers)
      fail("groups", fmt::format("{} groups of {} workers, {} in all", g.count, g.workers, all),
           fmt::format("at most {} workers", most_workers));
  }

  void budget() {
    const auto& b = config_.budget;
    if (clean({"budget"}) && !b.steps && !b.epochs && !b.time)
      fail("budget", "nothing", "at least one of steps, epochs and time, such as {\"time\": \"10min\"}");
    if (clean({"budget.time", "deterministic"}) && config_.deterministic && b.time)
      fail("deterministic", fmt::format("true with a budget.time of \"{}\"", format_duration(*b.time)),
           "budget.steps or budget.epochs alone, since how many steps fit into a time differs from run to run");
  }

 private:
  std::uint64_t workers() const { return config_.workers(); }
  std::uint64_t batch_size() const { return static_cast<std::uint64_t>(config_.data.batch_size); }
  /// Of the worker with the smallest shard.
  std::uint64_t shard_size() const { return config_.data.train_size / workers(); }

  const run_config& config_;
};

} // namespace

void check_rules(const run_config& config, error_list& errors) {
  rule_checker rules(config, errors);
  rules.worker_count();
  rules.device();
  if (config.objective.is_network()) {
    rules.data();
    rules.model();
  } else {
    rules.objective();
  }
  rules.optimizer();
  rules.strategy();
  rules.schedule();
  rules.rate();
  rules.simulation();
  rules.budget();
  check_worker_rules(config, errors);
  check_node_rules(config, errors);
  check_fault_rules(config, errors);
}

} // namespace paceline
