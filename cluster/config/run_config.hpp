#pragma once

#include "actors/strategies/centre_strategies.hpp"
#include "actors/strategies/lgd.hpp"
#include "cluster/config/worker_overrides.hpp"
#include "cluster/faults/fault_settings.hpp"
#include "cluster/wire/snapshot_frame.hpp"
#include "compute/backend.hpp"
#include "compute/data/augmentation.hpp"
#include "compute/model.hpp"
#include "compute/objectives/convex_quadratic.hpp"
#include "compute/objectives/logistic_regression.hpp"
#include "compute/objectives/matrix_completion.hpp"
#include "compute/optimiser.hpp"
#include "compute/schedule.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// Everything that a cluster file says, checked and with defaults filled in. Field names are the file's keys.
struct run_config {
  struct groups_section {
    std::uint32_t count = 1;
    std::uint32_t workers = 4;
  };
  struct device_section {
    /// "cpu", "reference", "cuda:N", or "auto": the first GPU that can be used, else the CPU.
    std::string backend = "cpu";
    product_precision precision = product_precision::fp32;
    int threads_per_worker = 1;
    bool pin = true;
  };
  struct data_section {
    /// "glyphs", "cifar10" or "image_folder".
    std::string kind = "glyphs";
    /// Folder of the files; empty for data made by the program.
    std::filesystem::path path;
    /// Sizes of a data set made by the program.
    std::size_t train_size = 20000;
    std::size_t test_size = 4000;
    augmentation augment;
    std::int64_t batch_size = 128;
    /// From the next epoch on, the shards of workers that are gone are dealt out to the others ("rebalance"; else "static").
    bool rebalance_shards = false;
    /// Threads of each worker that prepare its batches.
    std::size_t decoders = 1;
    /// A file that cannot be read ends the run, instead of being passed over.
    bool strict = false;
  };
  struct model_section {
    struct layer_entry {
      std::string name;
      layer_kind kind;
      layer_sources sources{};
    };
    /// A built-in model; where `layers` is not empty, only what the model made of them is called ("custom" if not given).
    std::string name = "cnn7";
    std::vector<layer_entry> layers;
  };
  struct objective_section {
    /// "network" for a model on pictures, else the name of a function; of the following each has its own.
    std::string kind = "network";
    matrix_completion_settings matrix;
    convex_quadratic_settings quadratic;
    logistic_regression_settings regression;
    /// Of what the function is made from at random.
    std::uint64_t seed = 0;
    /// A point for each worker to start from; random ones where it is empty.
    std::vector<std::vector<double>> starts;
    /// Steps between two records of where each worker stands; 0 for none.
    std::uint64_t trace = 0;

    bool is_network() const { return kind == "network"; }
  };
  struct strategy_section {
    /// What workers do with each other (actors/strategies/); each kind has its own of what follows.
    std::string kind = "lsgd";
    std::uint64_t period_group = 64;
    std::uint64_t period_global = 128;
    double pull_group = 0.1;
    double pull_global = 0.1;
    double proximal_group = 0;
    double proximal_global = 0;
    paceline::lgd lgd;
    paceline::easgd easgd;
    /// Of eamsgd, beside easgd's.
    double momentum = 0.99;
    paceline::downpour downpour;
    paceline::local_sgd local_sgd;
    paceline::diloco diloco;
    std::size_t loss_window = 10;
    /// A worker that has not reported for so long cannot be elected.
    std::chrono::nanoseconds max_report_age = std::chrono::minutes(1);
    /// Every worker starts from a random point of its own, or all from one.
    bool shared_start = false;
    /// A global candidate's loss is checked by another worker before it leads ("probe"; else "off").
    bool verify = false;
    /// How far the checked loss may lie above the claimed one, as a share of the claimed one.
    double verify_tolerance = 3;
    /// How far it may lie above in any case, in nats: near 0 a batch's chance alone is more than any share.
    double verify_allowance = 0.1;
  };
  struct simulation_section {
    /// The cluster runs in simulated time: as if each worker had a device of its own.
    bool enabled = false;
    /// Between groups, which stand for machines; one way.
    std::chrono::nanoseconds latency = std::chrono::microseconds(50);
    /// Of a machine's network card, in gigabytes a second.
    double bandwidth = 1.25;
    /// The same inside a group.
    std::chrono::nanoseconds local_latency = std::chrono::microseconds(5);
    double local_bandwidth = 12;
    /// What a step takes; as long as it takes here where it is not given.
    std::optional<std::chrono::nanoseconds> step_time;
    double step_spread = 0.1;
  };
  struct budget_section {
    /// The first one to be used up ends the run. Steps and epochs are a worker's, on average over the workers.
    std::optional<std::uint64_t> steps;
    std::optional<double> epochs;
    std::optional<std::chrono::nanoseconds> time;
  };
  struct output_section {
    std::filesystem::path folder = "runs";
    /// Name of the run's folder; the cluster file's own name where it is not given.
    std::string name;
    std::chrono::nanoseconds evaluate_every = std::chrono::seconds(30);
    std::chrono::nanoseconds checkpoint_every = std::chrono::minutes(5);
    std::size_t keep_checkpoints = 2;
  };
  /// One process of a run of several (cluster/config/nodes.hpp has what follows from it).
  struct node_section {
    std::string name;
    /// "local" for a process of the launching machine, else where ssh finds it.
    std::string host = "local";
    /// For ssh; empty and 0 leave it to ssh's own configuration.
    std::string user;
    std::uint16_t port = 0;
    /// "tcp://host:7100", also holding the two ports that follow; empty for sockets in a folder of this machine.
    std::string address;
    /// How many of the run's groups ride here.
    std::uint32_t groups = 1;
    /// What its workers compute on, where that is not device.backend.
    std::optional<std::string> device;
    /// Over ssh: the executable there ("paceline" of its PATH where empty), and the folder in which it is started.
    std::filesystem::path path;
    std::filesystem::path folder;
    /// Variables of the process, beside those that it inherits.
    std::map<std::string, std::string> environment;
  };
  struct network_section {
    /// All time limits between nodes derive from it.
    std::chrono::nanoseconds patience = std::chrono::seconds(2);
    /// How parameters travel between nodes.
    frame_type snapshots = frame_type::fp32;
  };
  struct security_section {
    /// Folder of the cluster's keys; empty for a run that others cannot reach.
    std::filesystem::path keys;
  };
  struct supervision_section {
    /// Of one worker or one node within `restart_window`; one more and it stays down.
    std::uint32_t worker_restarts = 5;
    std::uint32_t node_restarts = 5;
    std::chrono::nanoseconds restart_window = std::chrono::minutes(1);
  };

  groups_section groups;
  /// Sorted by name; empty for a run inside one process.
  std::vector<node_section> nodes;
  network_section network;
  security_section security;
  supervision_section supervision;
  /// Rehearsed on the way.
  fault_settings faults;
  device_section device;
  data_section data;
  model_section model;
  objective_section objective;
  strategy_section strategy;
  optimiser_settings optimizer;
  /// The section `workers`: what some of them have for themselves.
  worker_overrides workers_apart;
  learning_rate_schedule schedule;
  simulation_section simulation;
  budget_section budget;
  output_section output;
  std::uint64_t seed = 1;
  bool deterministic = false;

  std::uint32_t workers() const { return groups.count * groups.workers; }
};

} // namespace paceline
