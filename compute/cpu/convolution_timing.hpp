#pragma once

#include "compute/cpu/convolution_choice.hpp"

#include <chrono>

namespace paceline::cpu {

/// Processor time that those passes of a convolution take on this thread (time of a clock where they take several), the least of a few runs; of one alone where that takes more than
/// `limit`. A max-pool behind it counts where all passes are timed. Of a part of the batch where it is large and the filters are not, which weighs algorithms alike.
/// Requires that the algorithm can compute them.
std::chrono::nanoseconds time_convolution(const convolution_task& task, convolution_algorithm algorithm,
                                          const pass_set& passes, std::chrono::nanoseconds limit);

} // namespace paceline::cpu
