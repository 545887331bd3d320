#include "compute/devices.hpp"

#include "compute/backend.hpp"
#include "compute/cuda_plugin.hpp"
#include "compute/errors.hpp"
#include "compute/instruction_sets.hpp"

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

#include <dlfcn.h>

namespace paceline {

namespace {

constexpr const char* library_name = "libpaceline_cuda.so";

/// Beside the program as it is built, or where it is installed.
std::vector<std::filesystem::path> library_places() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto folder = program.parent_path();
  return {folder / library_name, folder.parent_path() / "lib" / "paceline" / library_name};
}

/// The library's functions, or why there are none. It stays loaded: CUDA's own libraries do not like to be taken away.
struct loaded_plugin {
  const cuda_plugin* functions = nullptr;
  std::string problem;
};

loaded_plugin load_plugin() {
  for (const auto& place : library_places()) {
    std::error_code error;
    if (!std::filesystem::exists(place, error))
      continue;
    auto* library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
      // As "libcudnn.so.9: cannot open shared object file: No such file or directory".
      return {nullptr, ::dlerror()};
    const auto version = reinterpret_cast<const char* (*)()>(::dlsym(library, cuda_plugin_version_function));
    const auto functions = reinterpret_cast<const cuda_plugin* (*)()>(::dlsym(library, cuda_plugin_function));
    if (!version || !functions || std::strcmp(version(), PACELINE_CUDA_PLUGIN_VERSION) != 0)
      return {nullptr, place.string() + " is of another version than this program"};
    return {functions(), {}};
  }
  return {nullptr, std::string("this program was built without CUDA (there is no ") + library_name + " beside it)"};
}

device_info cpu_info() {
  const auto* instructions = processor_has_avx512() ? "AVX-512" : processor_has_avx2() ? "AVX2" : "no AVX2";
  return {.name = "cpu",
          .description = std::to_string(std::thread::hardware_concurrency()) + " cores, " + instructions
                         + (cpu_multiplies_bf16() ? " with bf16" : ""),
          .problem = {}};
}

} // namespace

std::vector<device_info> list_devices() {
  std::vector<device_info> result{cpu_info()};
  const auto plugin = load_plugin();
  if (!plugin.functions) {
    result.push_back({.name = "cuda", .description = {}, .problem = plugin.problem});
    return result;
  }
  for (auto& device : plugin.functions->devices())
    result.push_back(std::move(device));
  return result;
}

std::shared_ptr<const backend> make_cuda_backend(const cuda_backend_options& options) {
  const auto plugin = load_plugin();
  if (!plugin.functions)
    throw invalid_input("device cuda:" + std::to_string(options.device) + " cannot be used: " + plugin.problem);
  return plugin.functions->make_backend(options);
}

} // namespace paceline
