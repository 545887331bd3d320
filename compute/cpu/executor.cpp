#include "compute/cpu/executor.hpp"

#include "compute/errors.hpp"

#include <algorithm>
#include <string>

namespace paceline::cpu {

void require_team(int threads) {
  if (threads == 1)
    return;
  int found = 1;
#pragma omp parallel num_threads(threads)
#pragma omp master
  found = omp_get_num_threads();
  if (found < threads)
    throw invalid_input("device.threads_per_worker: found " + std::to_string(threads) + ", allowed: at most "
                        + std::to_string(found)
                        + ", which OpenMP gives here (OMP_THREAD_LIMIT and OMP_MAX_ACTIVE_LEVELS of the environment)");
}

executor::executor(int threads)
  : threads_(threads), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), kernels_(supported_kernels().back()) {}

dnnl::memory executor::bind(const dnnl::memory::desc& descriptor, float* place) const {
  return {descriptor, engine_, place};
}

bound_primitive executor::prepare(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad,
                                  std::unordered_map<int, dnnl::memory> arguments) {
  const dnnl::memory shared(scratchpad, engine_, nullptr);
  scratchpads_.push_back(shared);
  arguments.emplace(DNNL_ARG_SCRATCHPAD, shared);
  return {primitive, std::move(arguments)};
}

void executor::allocate_scratchpad() {
  std::size_t largest = 0;
  for (const auto& memory : scratchpads_)
    largest = std::max(largest, memory.get_desc().get_size());
  scratchpad_ = aligned_buffer<std::uint8_t>(largest);
  for (auto& memory : scratchpads_)
    memory.set_data_handle(scratchpad_.data());
  room_ = aligned_buffer<float>(needed_room_);
}

void executor::run(const bound_primitive& bound) {
  bound.primitive.execute(stream_, bound.arguments);
}

} // namespace paceline::cpu
