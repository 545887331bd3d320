#include "compute/data/image_set.hpp"

#include "compute/counter_random.hpp"
#include "compute/errors.hpp"

#include <algorithm>
#include <cassert>

namespace paceline {

namespace {

// out = (pixel / 255 - mean) / stddev; what lies beyond the picture is black (pixel 0).
void write_normalised(const image_set& images, std::size_t index, const picture_cut& part, std::span<float> out) {
  assert(out.size() == static_cast<std::size_t>(image_set::channels * part.side * part.side));

  // Columns of the output that show the picture, before mirroring.
  const auto begin = std::clamp<std::int64_t>(-part.left, 0, part.side);
  const auto end = std::clamp<std::int64_t>(images.width - part.left, begin, part.side);

  const std::uint8_t* plane = images.image(index).data();
  float* row = out.data();
  for (std::int64_t channel = 0; channel < image_set::channels; ++channel, plane += images.height * images.width) {
    const auto c = static_cast<std::size_t>(channel);
    const float scale = 1.0f / (255.0f * images.stddev[c]);
    const float black = -images.mean[c] / images.stddev[c];
    for (std::int64_t y = part.top; y < part.top + part.side; ++y, row += part.side) {
      if (y < 0 || y >= images.height) {
        std::fill_n(row, part.side, black);
        continue;
      }
      std::fill(row, row + begin, black);
      const std::uint8_t* const source = plane + y * images.width + part.left;
      for (std::int64_t x = begin; x < end; ++x)
        row[x] = static_cast<float>(source[x]) * scale + black;
      std::fill(row + end, row + part.side, black);
      if (part.mirrored)
        std::reverse(row, row + part.side);
    }
  }
}

} // namespace

void image_set::require_fit(const augmentation& how) const {
  const auto largest = std::min(height, width) + 2 * how.padding;
  if (how.padding < 0 || how.crop < 1 || how.crop > largest)
    throw invalid_input("a crop of " + std::to_string(how.crop) + " with a padding of " + std::to_string(how.padding)
                        + " does not fit pictures of " + extent() + ": allowed are 1 to " + std::to_string(largest));
}

picture_cut image_set::training_cut(const augmentation& how, std::uint64_t seed) const {
  const auto places_down = height + 2 * how.padding - how.crop + 1;
  const auto places_across = width + 2 * how.padding - how.crop + 1;
  assert(places_down > 0 && places_across > 0);

  counter_random random(seed);
  picture_cut part;
  part.side = how.crop;
  part.top = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(places_down))) - how.padding;
  part.left = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(places_across))) - how.padding;
  part.mirrored = random.below(2) == 1 && how.flip;
  return part;
}

bool image_set::prepare_for_training(std::size_t index, const augmentation& how, std::uint64_t seed,
                                     std::span<float> out) const {
  write_normalised(*this, index, training_cut(how, seed), out);
  return true;
}

bool image_set::prepare_for_test(std::size_t index, const augmentation& how, std::span<float> out) const {
  write_normalised(*this, index, {(height - how.crop) / 2, (width - how.crop) / 2, how.crop, false}, out);
  return true;
}

std::string image_set::extent() const {
  return std::to_string(height) + "x" + std::to_string(width);
}

} // namespace paceline
