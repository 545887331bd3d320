#include "compute/data/glyph_shapes.hpp"

#include <algorithm>
#include <cmath>

namespace paceline {

namespace {

float length(glyph_point p) {
  return std::sqrt(p.x * p.x + p.y * p.y);
}

// Exact inside and beside a box. Off its corners less than the distance, which no pixel shows.
float box(glyph_point p, glyph_point centre, glyph_point half) {
  return std::max(std::abs(p.x - centre.x) - half.x, std::abs(p.y - centre.y) - half.y);
}

float disc(glyph_point p) {
  return length(p) - 0.85f;
}

float ring(glyph_point p) {
  return std::abs(length(p) - 0.72f) - 0.2f;
}

float triangle(glyph_point p) {
  const float sides = 0.866025f * std::abs(p.x) - 0.5f * p.y;
  return std::max(sides, p.y) - 0.5f;
}

float rectangle(glyph_point p) {
  return box(p, {}, {0.9f, 0.45f});
}

float cross(glyph_point p) {
  return std::min(box(p, {}, {0.95f, 0.25f}), box(p, {}, {0.25f, 0.95f}));
}

// Five lines that each pass two tips of a pentagram: inside is what lies beyond one of them at most.
float star(glyph_point p) {
  const float x = std::abs(p.x);
  const float beyond[] = {p.y, 0.951057f * x + 0.309017f * p.y, -0.951057f * x + 0.309017f * p.y,
                          0.587785f * x - 0.809017f * p.y, -0.587785f * x - 0.809017f * p.y};
  float first = -2;
  float second = -2;
  for (const float distance : beyond) {
    second = std::max(second, std::min(first, distance));
    first = std::max(first, distance);
  }
  return second - 0.34f;
}

float crescent(glyph_point p) {
  return std::max(length(p) - 0.95f, 0.75f - length({p.x - 0.5f, p.y}));
}

float bars(glyph_point p) {
  const float y = std::abs(p.y);
  return std::max(std::abs(p.x) - 0.85f, std::min(y, std::abs(y - 0.66f)) - 0.18f);
}

float corner(glyph_point p) {
  return std::min(box(p, {-0.5f, 0}, {0.22f, 0.85f}), box(p, {0, 0.63f}, {0.72f, 0.22f}));
}

float hourglass(glyph_point p) {
  const float x = std::abs(p.x);
  const float y = std::abs(p.y);
  return std::max(y - 0.85f, 0.78f * x - 0.62f * y);
}

} // namespace

const std::array<glyph_shape, 10> glyph_shapes = {{{"disc", disc},
                                                   {"ring", ring},
                                                   {"triangle", triangle},
                                                   {"rectangle", rectangle},
                                                   {"cross", cross},
                                                   {"star", star},
                                                   {"crescent", crescent},
                                                   {"bars", bars},
                                                   {"corner", corner},
                                                   {"hourglass", hourglass}}};

} // namespace paceline
