#pragma once

#include "compute/data/dataset.hpp"

#include <cstdint>
#include <span>

namespace paceline {

/// How a picture becomes a network's input.
struct augmentation {
  /// Side of the square that is cut out; must not exceed the padded picture.
  std::int64_t crop = 28;
  /// Zero pixels (before normalisation) added on every side before a random crop; ignored in tests.
  std::int64_t padding = 0;
  /// Mirror every other picture at random in training.
  bool flip = true;
};

/// Cuts a random crop, flips it or not, normalises by the data set's mean and stddev. `seed` decides place and flip.
/// Requires: the crop fits into the padded picture; out.size() == channels x crop x crop.
void augment_for_training(const dataset& data, const image_set& images, std::size_t index, const augmentation& how,
                          std::uint64_t seed, std::span<float> out);

/// Cuts the centre and normalises; where the crop is larger than the picture, black surrounds it.
void prepare_for_test(const dataset& data, const image_set& images, std::size_t index, const augmentation& how,
                      std::span<float> out);

} // namespace paceline
