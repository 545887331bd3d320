#pragma once

namespace paceline {

/// What the cores of this machine reach at most, in a loop that does nothing else: the roof of a roofline (Williams, Waterman and
/// Patterson 2009).
struct machine_limits {
  /// Multiply-adds in fp32, times two.
  double operations_per_second = 0;
  /// Read and written, with operands that fit into no cache.
  double bytes_per_second = 0;
};

/// Measures for some tenths of a second, on so many threads of its own at once; they run on the cores that the calling thread may use.
/// Takes 200 MB a thread. Requires threads >= 1.
machine_limits measure_machine(int threads);

} // namespace paceline
