#pragma once

namespace paceline {

/// What a core of this machine reaches at most, in a loop that does nothing else: the roof of a roofline (Williams, Waterman and
/// Patterson 2009).
struct machine_limits {
  /// Multiply-adds in fp32, times two.
  double operations_per_second = 0;
  /// Read and written as the program says it, with operands that fit into no cache.
  double bytes_per_second = 0;
};

/// Bytes that measure_machine takes.
constexpr double machine_limits_bytes = 192e6;

/// Measures on the calling thread, for some tenths of a second.
machine_limits measure_machine();

} // namespace paceline
