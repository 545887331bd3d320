#pragma once

#include "compute/backend.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace paceline {

struct accuracy_bench_settings {
  std::string model = "resnet20";
  std::int64_t batch_size = 32;
  /// As in a cluster file: a GPU or the CPU.
  std::string device = "cpu";
  /// Where to leave what was computed on, as safetensors files, for others to do the same; empty for nowhere.
  std::filesystem::path save;
};

/// How far the gradient of one precision lies from that of double precision. Most of it is not rounding's own: of millions of relus and
/// windows of pools a few, whose candidates are all but equal, go the other way, and each moves the gradient by a thousandth or so.
struct gradient_error {
  product_precision precision = product_precision::fp32;
  /// |g − t| / |t| over all trained parameters, and the worst of one layer's.
  double whole = 0;
  double worst = 0;
  std::string worst_layer;
};

/// The gradient of one batch of random pictures at a model's random start, without dropout, in each precision that the device has.
/// The truth is the reference backend's, which takes seconds for small models and minutes for large ones. Throws invalid_input where there is
/// no such model or device, io_failure where nothing can be saved.
std::vector<gradient_error> run_accuracy_bench(const accuracy_bench_settings& settings);

/// "resnet20 batch 32: gradient in fp32 4.1e-07 from double precision (worst layer conv1: 9.0e-07)", a line for each precision.
std::string to_text(const accuracy_bench_settings& settings, const std::vector<gradient_error>& errors);
nlohmann::json to_json(const accuracy_bench_settings& settings, const std::vector<gradient_error>& errors);

} // namespace paceline
