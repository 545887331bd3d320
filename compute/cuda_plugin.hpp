#pragma once

#include "compute/backend.hpp"
#include "compute/devices.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace paceline {

/// What the shared library libpaceline_cuda.so gives to the program. It stands apart so that the program runs where none of CUDA's
/// libraries is: only who wants a GPU loads it, and learns what is missing.
struct cuda_plugin {
  /// The GPUs, or one entry that says why there are none.
  std::vector<device_info> (*devices)();

  /// See make_cuda_backend.
  std::shared_ptr<const backend> (*make_backend)(const cuda_backend_options& options);
};

/// Program and library are built together; this is of the library, to be compared with the program's.
#define PACELINE_CUDA_PLUGIN_VERSION "paceline " PACELINE_VERSION " 1"

/// Names of the library's two functions: `const char* ()` and `const paceline::cuda_plugin* ()`.
inline constexpr const char* cuda_plugin_version_function = "paceline_cuda_plugin_version";
inline constexpr const char* cuda_plugin_function = "paceline_cuda_plugin";

} // namespace paceline
