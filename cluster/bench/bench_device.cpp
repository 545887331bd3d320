#include "cluster/bench/bench_device.hpp"

#include "cluster/config/value_kinds.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

namespace paceline {

void require_device(std::string_view bench, const std::string& device, product_precision precision) {
  if (!device_name{}.read(device))
    throw invalid_input(
      fmt::format("bench {}: --device: found \"{}\", allowed: {}", bench, device, device_name{}.allowed(device)));
  if (device == "reference" && precision != product_precision::fp32)
    throw invalid_input(
      fmt::format("bench {}: the reference computes in double precision: --precision fp32 alone goes with it", bench));
  if (device == "cpu" && precision == product_precision::tf32)
    throw invalid_input(fmt::format("bench {}: --precision tf32 goes with a GPU alone (--device cuda:0)", bench));
}

} // namespace paceline
