#pragma once

#include "compute/data/augmentation.hpp"
#include "compute/data/dataset.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace paceline {

/// One batch that is the same for all workers and at all times: by it a worker checks what another one claims of its parameters.
struct probe_batch {
  /// N x channels x crop x crop, as pictures are tested.
  std::vector<float> images;
  std::vector<std::int32_t> labels;
};

/// `size` pictures at equal distances in the whole training set, since it may be sorted by class. Throws invalid_input where none of them
/// can be read.
probe_batch make_probe_batch(const dataset& data, const augmentation& how, std::size_t size);

} // namespace paceline
