#pragma once

#include "compute/cpu/lanes.hpp"
#include "compute/cpu/winograd/transforms.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

/// A plane as its tiles see it, for transforms.cpp alone: windows that lie over its edges here and there.
namespace paceline::cpu::winograd {

/// A window of a plane that may lie over its edges.
struct window {
  std::int64_t top;
  std::int64_t left;
  std::int64_t height;
  std::int64_t width;

  bool holds(std::int64_t y, std::int64_t x) const {
    return top + y >= 0 && top + y < height && left + x >= 0 && left + x < width;
  }
  bool holds_all(std::int64_t side) const { return holds(0, 0) && holds(side - 1, side - 1); }
  std::int64_t pixel(std::int64_t y, std::int64_t x) const { return (top + y) * width + left + x; }
};

/// Calls visit(place in the window, first number of its pixel) for each place that lies in the plane.
template <std::int64_t Side, class Visit>
PACELINE_KERNEL_BODY void for_each_pixel(const window& w, std::int64_t block, Visit visit) {
  auto row = w.pixel(0, 0) * block;
  if (w.holds_all(Side)) {
    for (std::int64_t y = 0; y < Side; ++y, row += w.width * block)
      for (std::int64_t x = 0; x < Side; ++x)
        visit(y * Side + x, row + x * block);
    return;
  }
  const auto first_y = std::max<std::int64_t>(0, -w.top);
  const auto first_x = std::max<std::int64_t>(0, -w.left);
  const auto end_y = std::min(Side, w.height - w.top);
  const auto end_x = std::min(Side, w.width - w.left);
  row += first_y * w.width * block;
  for (auto y = first_y; y < end_y; ++y, row += w.width * block)
    for (auto x = first_x; x < end_x; ++x)
      visit(y * Side + x, row + x * block);
}

/// Values as they lie in a plane.
struct as_it_is {};

/// Makes what is read of the values of some channels of a plane: `how` is as_it_is, norm_scaling or norm_derivation, of those channels.
template <class Vector>
struct reader {
  Vector scale{};
  Vector shift{};
  Vector by_gradient{};
  Vector by_x{};
  Vector constant{};

  PACELINE_KERNEL_BODY void begin(const as_it_is&, std::int64_t) {}

  PACELINE_KERNEL_BODY void begin(const norm_scaling& how, std::int64_t lane) {
    load(scale, how.scale + lane);
    load(shift, how.shift + lane);
  }

  PACELINE_KERNEL_BODY void begin(const norm_derivation& how, std::int64_t lane) {
    begin(how.scaling, lane);
    load(by_gradient, how.by_gradient + lane);
    load(by_x, how.by_x + lane);
    load(constant, how.constant + lane);
  }

  PACELINE_KERNEL_BODY void read(const as_it_is&, const float* plane, std::int64_t at, Vector& x) const {
    load(x, plane + at);
  }

  PACELINE_KERNEL_BODY void read(const norm_scaling& how, const float* plane, std::int64_t at, Vector& x) const {
    load(x, plane + at);
    x = x * scale + shift;
    if (how.rectify)
      x = x < 0 ? Vector{} : x; // keeps NaN
  }

  PACELINE_KERNEL_BODY void read(const norm_derivation& how, const float* plane, std::int64_t at, Vector& x) const {
    Vector here;
    load(here, plane + at);
    load(x, how.y_gradient + at);
    if (how.scaling.rectify)
      x = here * scale + shift > 0 ? x : Vector{};
    x = x * by_gradient + (here * by_x + constant);
  }
};

/// Reads Side x Side values, zeros beyond the edges.
template <std::size_t Side, class Vector, class How>
PACELINE_KERNEL_BODY void read(const reader<Vector>& values, const How& how, const float* plane, std::int64_t block,
                               std::int64_t lane, const window& w, Vector* x) {
  constexpr auto side = static_cast<std::int64_t>(Side);
  if (!w.holds_all(side))
    for (std::size_t place = 0; place < Side * Side; ++place)
      x[place] = Vector{};
  for_each_pixel<side>(
    w, block, [&](std::int64_t place, std::int64_t first) __attribute__((always_inline)) {
      values.read(how, plane, first + lane, x[place]);
    });
}

/// Asks for the pixels by which the tile below goes beyond this one, as many as its outputs: the processor does not foresee steps from row to row.
/// Behind a plane's last row the next plane begins, whose turn is then.
template <std::int64_t Outputs>
PACELINE_KERNEL_BODY void prefetch_below(const float* plane, std::int64_t block, const window& w, std::int64_t side) {
  const float* row = plane + w.pixel(side, side - Outputs) * block;
  for (std::int64_t y = 0; y < Outputs; ++y, row += w.width * block)
    for (std::int64_t x = 0; x < Outputs; ++x)
      __builtin_prefetch(row + x * block);
}

/// Calls visit(tile, top, left) for each tile, in output pixels.
template <std::int64_t Outputs, class Visit>
PACELINE_KERNEL_BODY void for_each_tile(const geometry& g, Visit visit) {
  for (std::int64_t down = 0; down < g.tiles_down(); ++down)
    for (std::int64_t across = 0; across < g.tiles_across(); ++across)
      visit(down * g.tiles_across() + across, down * Outputs, across * Outputs);
}

template <std::int64_t Skipped>
PACELINE_KERNEL_BODY window input_window(const geometry& g, std::int64_t top, std::int64_t left) {
  return {top - g.padding + Skipped, left - g.padding + Skipped, g.input.shape.height, g.input.shape.width};
}

PACELINE_KERNEL_BODY window output_window(const geometry& g, std::int64_t top, std::int64_t left) {
  return {top, left, g.output.shape.height, g.output.shape.width};
}

/// The moments of some channels of a plane, about their first value and not about zero: where the mean is far from zero the squares would
/// swallow the variance.
template <class Vector>
struct plane_moments {
  Vector origin{};
  Vector sum{};
  Vector squares{};

  /// Takes a tile's values, of which all lie in the plane or some.
  template <std::int64_t Side>
  PACELINE_KERNEL_BODY void take(const Vector* y, const window& w) {
    if (w.top == 0 && w.left == 0)
      origin = y[0];
    // A tile's values by themselves first, so that tiles wait less for each other.
    Vector sums[2] = {};
    Vector products[2] = {};
    for_each_pixel<Side>(
      w, 0, [&](std::int64_t place, std::int64_t) __attribute__((always_inline)) {
        const Vector away = y[place] - origin;
        sums[place % 2] += away;
        products[place % 2] += away * away;
      });
    sum += sums[0] + sums[1];
    squares += products[0] + products[1];
  }

  PACELINE_KERNEL_BODY void store_to(float* means, float* deviations, std::int64_t pixels) const {
    const Vector away = sum / static_cast<float>(pixels);
    const Vector mean = origin + away;
    Vector deviation = squares - sum * away;
    deviation = deviation < 0 ? Vector{} : deviation; // rounding may leave less than nothing; keeps NaN
    store(means, mean);
    store(deviations, deviation);
  }
};

} // namespace paceline::cpu::winograd
