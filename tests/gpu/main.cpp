// The tests of all that runs on a GPU, on one. Where there is none they are skipped, and it says why.

#include "compute/cuda_plugin.hpp"

#define CATCH_CONFIG_RUNNER
#include "tests/catch.hpp"

#include <iostream>

extern "C" const paceline::cuda_plugin* paceline_cuda_plugin();

int main(int argc, char** argv) {
  const auto devices = paceline_cuda_plugin()->devices();
  if (!devices.front().problem.empty()) {
    std::cout << "[skipped] no CUDA device: " << devices.front().problem << "\n";
    return 77; // what CTest takes for skipped
  }
  std::cout << "on " << devices.front().name << ", " << devices.front().description << std::endl;
  return Catch::Session().run(argc, argv);
}
