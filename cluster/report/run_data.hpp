#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/record/leadership_tally.hpp"
#include "messages/ids.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace paceline {

/// A number that was not measured.
inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

/// A test on the way.
struct run_test {
  double time_seconds = 0;
  /// A worker's, on average over those whose mean was tested.
  double steps = 0;
  double centre_error = not_measured;
  double centre_loss = not_measured;
  double leader_error = not_measured;
  double leader_loss = not_measured;
};

/// All workers together, when each of them had told of itself once more.
struct progress_sample {
  double time_seconds = 0;
  /// A worker's, on average.
  double steps = 0;
  double total_steps = 0;
  /// Mean over the workers whose loss is known.
  double loss = not_measured;
  /// Snapshots taken, pulls applied, contributions and answers of a centre so far: each goes over all parameters once.
  double copies = 0;
};

struct pull_sample {
  double time_seconds = 0;
  double distance = 0;
  double age_seconds = 0;
};

/// A worker led from one decision to the next that named another one.
struct led_span {
  worker_id leader;
  double begin_seconds = 0;
  double end_seconds = 0;
};

/// What all nodes' links together had sent so far.
struct traffic_sample {
  double time_seconds = 0;
  double sent_bytes = 0;
};

/// What a run left in its folder, as far as a report needs it. Samples are in the order of time, and few enough to draw; what was
/// not measured is empty.
struct run_data {
  /// As the user named it.
  std::filesystem::path folder{};
  std::string name{};
  run_config config{};

  /// By the node that tested its own workers; under the empty name where one process tested all.
  std::map<std::string, std::vector<run_test>> tests{};
  std::vector<progress_sample> progress{};
  std::vector<pull_sample> group_pulls{};
  std::vector<pull_sample> global_pulls{};
  std::vector<led_span> global_leaders{};
  std::vector<led_span> group_leaders{};
  std::vector<traffic_sample> traffic{};
  leadership_tally leadership{};
  /// Those that told of themselves or led, and all that the configuration has.
  std::set<worker_id> workers{};

  double training_seconds = 0;
  double total_steps = 0;
  std::uint64_t group_pull_count = 0;
  std::uint64_t global_pull_count = 0;
  /// With a centre.
  std::uint64_t exchange_count = 0;
  /// Over the last launch, as the summary has it; over all else.
  double steps_per_second = not_measured;
  /// Of the whole run: the summary's, or the last test of a run without one. Without time and steps.
  std::optional<run_test> final_test{};
  /// Of all parameters and buffers in one snapshot; empty where no checkpoint tells.
  std::optional<double> snapshot_bytes{};

  /// What is not there and should be, for people: "no summary: it goes on or was killed".
  std::vector<std::string> missing{};
};

/// Reads a run's folder; of a run of several nodes that was not gathered yet, the nodes' folders. Logs are read line by line, and lines
/// that a killed writer left half are passed over.
/// Throws invalid_input where the folder is no run or one node's part of one, config_errors where its configuration has what is
/// unknown here, io_failure where something cannot be read.
run_data read_run(const std::filesystem::path& folder);

} // namespace paceline
