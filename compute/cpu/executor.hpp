#pragma once

#include "compute/cpu/aligned_buffer.hpp"
#include "compute/cpu/kernels.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <dnnl.hpp>
#include <omp.h>

namespace paceline::cpu {

/// For its lifetime OpenMP (oneDNN's threads included) uses that many threads for work of the calling thread. With one
/// thread no team is woken.
class thread_limit {
 public:
  explicit thread_limit(int threads) : before_(omp_get_max_threads()), dynamic_before_(omp_get_dynamic()) {
    omp_set_num_threads(threads);
    omp_set_dynamic(0);
  }
  ~thread_limit() {
    omp_set_num_threads(before_);
    omp_set_dynamic(dynamic_before_);
  }

  thread_limit(const thread_limit&) = delete;
  thread_limit& operator=(const thread_limit&) = delete;

 private:
  int before_;
  int dynamic_before_;
};

/// Throws invalid_input where OpenMP gives the calling thread fewer threads than that: oneDNN divides its work among as many as it
/// was promised, and what is nobody's is not done.
void require_team(int threads);

/// A primitive with its arguments bound, ready to run again and again.
struct bound_primitive {
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;
};

/// What the operations of one network share: engine, stream, threads and memory for what lives no longer than one pass of one of them,
/// as much as the largest need.
class executor {
 public:
  explicit executor(int threads);

  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;

  const dnnl::engine& engine() const { return engine_; }
  const cpu::kernels& kernels() const { return kernels_; }
  int threads() const { return threads_; }
  std::size_t scratchpad_bytes() const { return scratchpad_.size_bytes() + room_.size_bytes(); }

  /// A memory object at that place; at none, where it is set before each run.
  dnnl::memory bind(const dnnl::memory::desc& descriptor, float* place = nullptr) const;

  /// Binds the primitive's arguments, and to them the shared scratchpad.
  bound_primitive prepare(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad,
                          std::unordered_map<int, dnnl::memory> arguments);

  /// Asks for room for so many numbers, apart from the scratchpad of primitives.
  void reserve(std::size_t floats) { needed_room_ = std::max(needed_room_, floats); }

  /// Any numbers, on a cache-line boundary; what one pass of an operation leaves there the next one overwrites.
  float* room() const { return room_.data(); }

  /// Allocates both. Requires: called once, behind all calls of prepare and reserve and before any of run and room.
  void allocate_scratchpad();

  void run(const bound_primitive& bound);

  /// Calls work(i) for each i in [0, count) on the network's threads.
  template <class Work>
  void for_each(std::int64_t count, Work work) const {
#pragma omp parallel for num_threads(threads_) if (threads_ > 1)
    for (std::int64_t i = 0; i < count; ++i)
      work(i);
  }

 private:
  int threads_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  const cpu::kernels& kernels_;
  std::vector<dnnl::memory> scratchpads_;
  aligned_buffer<std::uint8_t> scratchpad_;
  std::size_t needed_room_ = 0;
  aligned_buffer<float> room_;
};

} // namespace paceline::cpu
