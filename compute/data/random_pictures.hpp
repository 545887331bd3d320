#pragma once

#include "compute/data/dataset.hpp"
#include "compute/model.hpp"

#include <cstddef>
#include <cstdint>

namespace paceline {

/// Pictures of noise, the same each time, for benchmarks: no network learns anything from them. `size`: of three channels. The classes take
/// turns, as far as a byte counts.
dataset_ptr make_random_pictures(const feature_shape& size, std::int64_t classes, std::size_t count);

} // namespace paceline
