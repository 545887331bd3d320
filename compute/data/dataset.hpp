#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// Pictures of one size held in memory as bytes, each with its class.
struct image_set {
  std::int64_t channels = 3;
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// count x channels x height x width.
  std::vector<std::uint8_t> pixels;
  /// One number in [0, classes) per picture.
  std::vector<std::uint8_t> labels;

  std::size_t size() const { return labels.size(); }
  std::size_t image_bytes() const { return static_cast<std::size_t>(channels * height * width); }
  std::span<const std::uint8_t> image(std::size_t index) const {
    return std::span(pixels).subspan(index * image_bytes(), image_bytes());
  }
};

/// A classification task: pictures to train on, pictures to test on. Immutable once made, shared by all workers.
struct dataset {
  std::string name;
  std::vector<std::string> class_names;
  image_set train;
  image_set test;
  /// Per-channel mean and standard deviation of pixels scaled to [0, 1]; used to normalise.
  std::array<float, 3> mean{};
  std::array<float, 3> stddev{};

  std::int64_t classes() const { return static_cast<std::int64_t>(class_names.size()); }
};

using dataset_ptr = std::shared_ptr<const dataset>;

} // namespace paceline
