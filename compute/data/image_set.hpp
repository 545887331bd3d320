#pragma once

#include "compute/data/picture_set.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// A square of `side` pixels whose upper left corner lies at (top, left) of a picture; it may reach beyond the picture.
struct picture_cut {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t side = 0;
  bool mirrored = false;
};

/// Pictures of one size held in memory as bytes. The crop is taken at random from the padded picture in training and from the
/// centre in tests; where it is larger than the picture, black surrounds it.
class image_set final : public picture_set {
 public:
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// count x channels x height x width.
  std::vector<std::uint8_t> pixels;
  /// One number in [0, classes) per picture.
  std::vector<std::uint8_t> labels;
  /// Per-channel mean and standard deviation of pixels scaled to [0, 1]; used to normalise.
  std::array<float, channels> mean{};
  std::array<float, channels> stddev{};

  std::size_t image_bytes() const { return static_cast<std::size_t>(channels * height * width); }
  std::span<const std::uint8_t> image(std::size_t index) const {
    return std::span(pixels).subspan(index * image_bytes(), image_bytes());
  }

  /// The random cut of a training picture: a pure function of the arguments.
  picture_cut training_cut(const augmentation& how, std::uint64_t seed) const;

  std::size_t size() const override { return labels.size(); }
  std::int32_t label(std::size_t index) const override { return labels[index]; }
  /// The crop must fit into the padded picture.
  void require_fit(const augmentation& how) const override;
  bool prepare_for_training(std::size_t index, const augmentation& how, std::uint64_t seed,
                            std::span<float> out) const override;
  bool prepare_for_test(std::size_t index, const augmentation& how, std::span<float> out) const override;
  std::string extent() const override;
  std::size_t memory_bytes() const override { return pixels.size(); }
};

} // namespace paceline
