#pragma once

#include "compute/backend.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

struct exchange_bench_settings {
  std::string model = "cnn7";
  std::uint64_t tau = 16;
  std::uint32_t groups = 1;
  std::uint32_t workers = 2;
  std::int64_t batch_size = 128;
  /// As a cluster file names it.
  std::string device = "cpu";
  product_precision precision = product_precision::fp32;
  int turns = 30;
  double phase_seconds = 2;
};

struct exchange_bench_result {
  /// Which one it was: "cpu", "cuda:0".
  std::string device;
  /// In what numbers it multiplied.
  product_precision precision = product_precision::fp32;
  /// Steps a second of all workers together, with exchange on and off; medians over the turns.
  double rate_on = 0;
  double rate_off = 0;
  /// Median over the turns of on / off, each of two phases one after the other, and the standard error of that median.
  double ratio = 0;
  double ratio_error = 0;
  std::vector<double> ratios;
  /// The same of steps per second of this process's processor time, all its threads together: what exchange costs where the machine does
  /// something else meanwhile.
  double processor_ratio = 0;
  double processor_ratio_error = 0;
  std::uint64_t steps = 0;
  std::uint64_t pulls = 0;
  /// Time that all workers together waited for messages, and for data.
  double waited_for_messages_seconds = 0;
  double waited_for_data_seconds = 0;
};

/// Trains real pictures by real actors, and lets the very same workers exchange in one phase and ride alone in the next, in
/// alternating order; so both see the same machine. Throws invalid_input where there is no such model or device,
/// or one does not fit the other, std::runtime_error where a worker fails.
exchange_bench_result run_exchange_bench(const exchange_bench_settings& settings);

std::string to_text(const exchange_bench_settings& settings, const exchange_bench_result& result);
nlohmann::json to_json(const exchange_bench_settings& settings, const exchange_bench_result& result);

} // namespace paceline
