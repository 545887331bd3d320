#include "compute/cuda_plugin.hpp"

#include "compute/cuda/cuda_backend.hpp"
#include "compute/cuda/device/device_name.hpp"
#include "compute/errors.hpp"

#include <cuda_runtime_api.h>

#include <cstdio>

namespace paceline::cuda {

namespace {

/// Kernels are compiled for it and what came after it.
constexpr int least_capability = 8;

std::string driver_problem(cudaError_t status) {
  int driver = 0;
  int runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  const auto version = [](int number) {
    return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
  };
  if (driver == 0)
    return "there is no NVIDIA driver";
  if (status == cudaErrorInsufficientDriver)
    return "the driver is for CUDA " + version(driver) + ", at least " + version(runtime) + " is needed";
  if (status == cudaErrorNoDevice)
    return "the driver finds no GPU";
  return std::string("the driver says: ") + cudaGetErrorString(status);
}

device_info info_of(int number) {
  device_info result{.name = device_name(number), .description = {}, .problem = {}};
  cudaDeviceProp properties{};
  if (const auto status = cudaGetDeviceProperties(&properties, number); status != cudaSuccess) {
    result.problem = std::string("it cannot be asked: ") + cudaGetErrorString(status);
    return result;
  }
  char text[96];
  std::snprintf(text, sizeof text, ", %.1f GiB, compute capability %d.%d",
                static_cast<double>(properties.totalGlobalMem) / (1 << 30), properties.major, properties.minor);
  result.description = std::string(properties.name) + text;
  if (properties.major < least_capability)
    result.problem = "its compute capability is below " + std::to_string(least_capability) + ".0";
  return result;
}

std::vector<device_info> find_devices() {
  int count = 0;
  if (const auto status = cudaGetDeviceCount(&count); status != cudaSuccess)
    return {{.name = "cuda", .description = {}, .problem = driver_problem(status)}};
  std::vector<device_info> result;
  for (int number = 0; number < count; ++number)
    result.push_back(info_of(number));
  return result;
}

std::shared_ptr<const backend> make_checked_backend(const cuda_backend_options& options) {
  const auto name = device_name(options.device);
  std::string known;
  for (const auto& device : find_devices()) {
    if (device.name == name && device.problem.empty())
      return make_backend(options);
    if (device.name == name || device.name == "cuda")
      throw invalid_input("device " + name + " cannot be used: " + device.problem);
    known += (known.empty() ? "" : ", ") + device.name;
  }
  throw invalid_input("there is no device " + name + "; there are " + known);
}

constexpr cuda_plugin plugin{find_devices, make_checked_backend};

} // namespace

} // namespace paceline::cuda

extern "C" {

[[gnu::visibility("default")]] const char* paceline_cuda_plugin_version() {
  return PACELINE_CUDA_PLUGIN_VERSION;
}

[[gnu::visibility("default")]] const paceline::cuda_plugin* paceline_cuda_plugin() {
  return &paceline::cuda::plugin;
}
}
