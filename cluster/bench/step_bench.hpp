#pragma once

#include "cluster/bench/layer_roofline.hpp"
#include "compute/backend.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

struct step_bench_settings {
  std::string model = "cnn7";
  /// Pixels of a picture's side; 0 for the model's usual input.
  std::int64_t size = 0;
  std::int64_t batch_size = 128;
  /// As a cluster file names it.
  std::string device = "cpu";
  product_precision precision = product_precision::fp32;
  int threads = 1;
  int steps = 20;
  /// Also what each layer takes, beside the limits of the machine.
  bool layers = false;
};

struct step_bench_result {
  /// Which one it was: "cpu", "cuda:0".
  std::string device;
  /// In what numbers it multiplied.
  product_precision precision = product_precision::fp32;
  /// Median over the steps.
  double seconds_a_step = 0;
  double fastest_seconds = 0;
  double samples_per_second = 0;
  /// All empty unless wanted: the layers, the processor time of what is no layer's (median), and a core's limits.
  std::vector<roofline_row> layers;
  double rest_seconds = 0;
  machine_limits limits;
};

/// Times training steps (forward, backward, Nesterov SGD) on random pictures of ten classes, on the calling thread, which it binds to
/// as many cores as there are threads. A GPU also makes the batches, on the way. Ten steps warm up first, on a GPU, else three. Throws
/// invalid_input where there is no such model or device, one does not fit the other or the pictures, or layers are wanted of a GPU or of
/// more than one thread.
step_bench_result run_step_bench(const step_bench_settings& settings);

/// "cnn7 fp32 1 thread batch 128: 112.3 ms a step (median of 20), 1140 samples/s", and the layers below it.
std::string to_text(const step_bench_settings& settings, const step_bench_result& result);
nlohmann::json to_json(const step_bench_settings& settings, const step_bench_result& result);

} // namespace paceline
