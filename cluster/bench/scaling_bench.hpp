#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

struct scaling_bench_settings {
  std::string model = "cnn7";
  std::size_t workers = 2;
  std::int64_t batch_size = 128;
  int turns = 10;
  double phase_seconds = 2;
};

struct scaling_bench_result {
  /// Steps a second of one worker alone, and of all together; medians over the turns.
  double rate_alone = 0;
  double rate_together = 0;
  /// Median over the turns of together / alone, each of two phases one after the other.
  double ratio = 0;
  std::vector<double> ratios;
};

/// Training steps (see step_bench) of workers of one thread each, bound to a core of their own: of one of them alone in one phase and of all
/// in the next, in alternating order. Throws invalid_input where there is no such model, or there are fewer cores than workers.
scaling_bench_result run_scaling_bench(const scaling_bench_settings& settings);

/// "cnn7 batch 128: 1 worker 26.10 steps/s, 2 workers 49.80 steps/s: 1.91 times one (median of 10 turns; 1.88 to 1.93)".
std::string to_text(const scaling_bench_settings& settings, const scaling_bench_result& result);
nlohmann::json to_json(const scaling_bench_settings& settings, const scaling_bench_result& result);

} // namespace paceline
