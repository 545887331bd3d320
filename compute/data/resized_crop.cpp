#include "compute/data/resized_crop.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline {

namespace {

constexpr double narrowest = 3.0 / 4;
constexpr double widest = 4.0 / 3;
constexpr int draws = 10;

// As Python rounds: a half to the even neighbour, which is also what the processor does.
std::int64_t rounded(double value) {
  return static_cast<std::int64_t>(std::nearbyint(value));
}

double between(double low, double high, counter_random& random) {
  return low + (high - low) * static_cast<double>(random.uniform());
}

std::int64_t place(std::int64_t room, counter_random& random) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(room) + 1));
}

pixel_box largest_middle(picture_extent picture) {
  auto [height, width] = picture;
  const auto shape = static_cast<double>(width) / static_cast<double>(height);
  if (shape < narrowest)
    height = rounded(static_cast<double>(width) / narrowest);
  else if (shape > widest)
    width = rounded(static_cast<double>(height) * widest);
  return {(picture.height - height) / 2, (picture.width - width) / 2, height, width};
}

} // namespace

pixel_box random_box(picture_extent picture, double smallest_area, counter_random& random) {
  assert(picture.height > 0 && picture.width > 0 && smallest_area > 0 && smallest_area <= 1);
  const auto area = static_cast<double>(picture.height) * static_cast<double>(picture.width);
  for (int i = 0; i < draws; ++i) {
    const auto wanted = area * between(smallest_area, 1, random);
    const auto shape = std::exp(between(std::log(narrowest), std::log(widest), random));
    const auto width = rounded(std::sqrt(wanted * shape));
    const auto height = rounded(std::sqrt(wanted / shape));
    if (width < 1 || width > picture.width || height < 1 || height > picture.height)
      continue;
    const auto top = place(picture.height - height, random);
    const auto left = place(picture.width - width, random);
    return {top, left, height, width};
  }
  return largest_middle(picture);
}

scaled_window whole_box(const pixel_box& box, std::int64_t side) {
  return {.box = {.top = static_cast<double>(box.top),
                  .left = static_cast<double>(box.left),
                  .bottom = static_cast<double>(box.top + box.height),
                  .right = static_cast<double>(box.left + box.width)},
          .scaled = {side, side},
          .side = side};
}

scaled_window middle_of(picture_extent picture, std::int64_t resize, std::int64_t crop) {
  assert(crop <= resize);
  const auto longer = [&](std::int64_t side, std::int64_t shorter) { return resize * side / shorter; };
  const auto [height, width] = picture;
  const picture_extent scaled =
    height < width ? picture_extent{resize, longer(width, height)} : picture_extent{longer(height, width), resize};
  return {.box = {.bottom = static_cast<double>(height), .right = static_cast<double>(width)},
          .scaled = scaled,
          .top = rounded(static_cast<double>(scaled.height - crop) / 2),
          .left = rounded(static_cast<double>(scaled.width - crop) / 2),
          .side = crop};
}

int divisor_for(const scaled_window& window) {
  const auto& box = window.box;
  for (const int divisor : {8, 4, 2})
    if (box.bottom - box.top >= static_cast<double>(divisor * window.scaled.height)
        && box.right - box.left >= static_cast<double>(divisor * window.scaled.width))
      return divisor;
  return 1;
}

scaled_window divided(scaled_window window, int divisor, picture_extent picture) {
  auto& box = window.box;
  for (auto* edge : {&box.top, &box.left, &box.bottom, &box.right})
    *edge /= divisor;
  box.bottom = std::min(box.bottom, static_cast<double>(picture.height));
  box.right = std::min(box.right, static_cast<double>(picture.width));
  return window;
}

} // namespace paceline
