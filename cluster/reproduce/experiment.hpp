#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/report/page.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// What a user may choose of an experiment; what is not given is as the experiment has it.
struct reproduce_settings {
  /// Small and short, to see that everything works: seconds, and numbers that are not the paper's.
  bool fast = false;
  /// Runs of each strategy that differ in their seed; without effect where nothing is random.
  std::optional<std::size_t> seeds{};

  // Of networks on CIFAR-10 alone.
  /// Folder of CIFAR-10's binary version.
  std::filesystem::path data{};
  std::vector<std::string> strategies{};
  std::vector<double> learning_rates{};
  /// A worker's, in each run.
  std::optional<std::uint64_t> steps{};
};

/// One run of an experiment. Its name (config.output.name) is the experiment's only one of that name.
struct planned_run {
  /// What it is compared as: runs of one series differ in their seed alone.
  std::string series{};
  run_config config{};
};

/// A planned run that has come to its end.
struct finished_run {
  std::string series{};
  run_config config{};
  /// Its run folder.
  std::filesystem::path folder{};
};

/// One number or statement of the paper, and what the runs say about it.
struct finding {
  std::string what{};
  std::string found{};
  /// Empty where the paper says nothing of it.
  std::string paper{};
  /// Empty where the two cannot be compared, such as for an experiment made smaller.
  std::optional<bool> agrees{};
};

struct experiment_outcome {
  std::vector<finding> findings{};
  /// Figures and tables, besides that of the findings.
  page shown{};
};

/// An experiment of the paper: ordinary runs, and what is drawn and concluded from them.
struct experiment {
  /// What the user calls it; its folders have that name.
  std::string name{};
  /// One line for people.
  std::string about{};
  /// Of networks on CIFAR-10: all settings count.
  bool trains_networks = false;
  /// In the order in which they are to be made. Where they lie (output.folder) is not the experiment's to say.
  /// Throws invalid_input or config_errors where the settings cannot be met.
  std::function<std::vector<planned_run>(const reproduce_settings&)> plan{};
  /// Takes the runs of plan, in its order, with the same settings. Throws as read_trace and read_run do.
  std::function<experiment_outcome(const reproduce_settings&, const std::vector<finished_run>&)> conclude{};
};

/// "agrees", "differs", or "–" where there is nothing to compare.
std::string verdict_of(const finding& f);

/// A row for each finding.
page_table findings_table(const std::vector<finding>& findings);

} // namespace paceline
