#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace paceline {

struct pull_bench_settings {
  /// cnn7's.
  std::size_t parameters = 351946;
  int repeats = 200;
};

/// Medians in seconds.
struct pull_bench_result {
  /// One pull alone.
  double pull = 0;
  /// A Nesterov step without a pull, with one, with two.
  double step = 0;
  double step_and_pull = 0;
  double step_and_two_pulls = 0;
  /// memcpy of the vector: what memory allows.
  double copy = 0;
};

/// Times the kernels that every exchange ends in, in turn, on the calling thread.
pull_bench_result run_pull_bench(const pull_bench_settings& settings);

std::string to_text(const pull_bench_settings& settings, const pull_bench_result& result);
nlohmann::json to_json(const pull_bench_settings& settings, const pull_bench_result& result);

} // namespace paceline
