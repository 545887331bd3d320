#include "compute/data/glyphs.hpp"

#include "compute/counter_random.hpp"
#include "compute/data/glyph_shapes.hpp"
#include "compute/data/image_set.hpp"
#include "compute/errors.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

namespace paceline {

namespace {

constexpr int side = 32;
constexpr std::size_t plane = side * side;

enum set_stream : std::uint64_t { train_stream = 1, test_stream = 2 };
enum picture_stream : std::uint64_t { scene_stream = 1, noise_stream = 2 };

/// Red, green, blue in [0, 1].
using colour = std::array<float, 3>;

colour mix(const colour& under, const colour& over, float coverage) {
  colour result;
  for (std::size_t c = 0; c < 3; ++c)
    result[c] = under[c] + coverage * (over[c] - under[c]);
  return result;
}

// Share of a pixel that lies inside an outline at that signed distance, in pixels, from its centre.
float coverage_of(float distance) {
  return std::clamp(0.5f - distance, 0.0f, 1.0f);
}

colour random_colour(counter_random& random, float darkest, float brightest) {
  colour result;
  for (auto& part : result)
    part = random.uniform(darkest, brightest);
  return result;
}

// A uniformly random point of the unit circle, from points of the disc: no sine, whose last bits differ
// between machines.
glyph_point random_direction(counter_random& random) {
  while (true) {
    const glyph_point p{random.uniform(-1, 1), random.uniform(-1, 1)};
    const float squared = p.x * p.x + p.y * p.y;
    if (squared > 0.01f && squared < 1) {
      const float length = std::sqrt(squared);
      return {p.x / length, p.y / length};
    }
  }
}

// A line through the whole picture that distracts from the glyph, under which it lies.
struct stroke {
  glyph_point normal;
  float offset = 0;
  float half_width = 0;
  colour ink;
};

// All that a picture shows. Lengths are in pixels, places relative to the picture's middle.
struct scene {
  glyph_point centre;
  glyph_point direction;
  float width = 0;
  float height = 0;
  colour ink;
  colour paper;
  /// What the paper's colour gains from one border to the other, along `slope`.
  colour shade;
  glyph_point slope;
  std::array<stroke, 2> strokes;
  std::size_t stroke_count = 0;
  float noise = 0;
};

scene random_scene(counter_random& random) {
  scene s;
  const float size = random.uniform(9, 13);
  // The glyph stays whole in a centre crop of 28; a random one cuts two pixels off it at most.
  const float room = side / 2 - 2 - 0.9f * size;
  s.centre = {random.uniform(-room, room), random.uniform(-room, room)};
  s.direction = random_direction(random);
  s.width = size * random.uniform(0.85f, 1);
  s.height = size * random.uniform(0.85f, 1);
  // Ink is always the brighter one. Where either may be, a class has no mean picture to begin with, and CNN7 stays at the
  // loss of guessing for hundreds of steps.
  s.paper = random_colour(random, 0, 0.45f);
  s.ink = random_colour(random, 0.55f, 1);
  for (auto& gain : s.shade)
    gain = random.uniform(-0.2f, 0.2f);
  s.slope = random_direction(random);
  s.stroke_count = random.below(s.strokes.size() + 1);
  for (auto& line : s.strokes)
    line = {random_direction(random), random.uniform(-12, 12), random.uniform(0.3f, 0.8f), random_colour(random, 0, 1)};
  s.noise = random.uniform(0.02f, 0.15f);
  return s;
}

colour pixel_of(const scene& s, const glyph_shape& shape, glyph_point p) {
  auto result = s.paper;
  const float shade = (p.x * s.slope.x + p.y * s.slope.y) / side;
  for (std::size_t c = 0; c < 3; ++c)
    result[c] += shade * s.shade[c];

  for (std::size_t i = 0; i < s.stroke_count; ++i) {
    const auto& line = s.strokes[i];
    const float distance = std::abs(p.x * line.normal.x + p.y * line.normal.y - line.offset) - line.half_width;
    result = mix(result, line.ink, coverage_of(distance));
  }

  const glyph_point from_centre{p.x - s.centre.x, p.y - s.centre.y};
  const glyph_point own{(from_centre.x * s.direction.x + from_centre.y * s.direction.y) / s.width,
                        (from_centre.y * s.direction.x - from_centre.x * s.direction.y) / s.height};
  const float distance = shape.distance(own) * std::min(s.width, s.height);
  return mix(result, s.ink, coverage_of(distance));
}

// A pure function of class and seed.
void draw(std::span<std::uint8_t> pixels, const glyph_shape& shape, std::uint64_t seed) {
  counter_random random(derive_seed(seed, scene_stream));
  const auto s = random_scene(random);
  const auto noise_seed = derive_seed(seed, noise_stream);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const auto place = static_cast<std::size_t>(y * side + x);
      const auto exact = pixel_of(s, shape, {static_cast<float>(x) - 15.5f, static_cast<float>(y) - 15.5f});
      auto bits = random_bits(noise_seed, place);
      for (std::size_t c = 0; c < 3; ++c, bits >>= 16) {
        const float noise = static_cast<float>(bits & 0xffff) * 0x1p-15f - 1;
        const float value = std::clamp(exact[c] + s.noise * noise, 0.0f, 1.0f);
        pixels[c * plane + place] = static_cast<std::uint8_t>(value * 255 + 0.5f);
      }
    }
  }
}

image_set draw_set(std::size_t count, std::uint64_t seed, const std::function<bool()>& cancelled) {
  image_set images;
  images.height = images.width = side;
  images.labels.resize(count);
  // Its pages are touched as pictures are drawn, so that drawing can be cancelled at any time.
  images.pixels.reserve(count * images.image_bytes());
  for (std::size_t i = 0; i < count; ++i) {
    // A few milliseconds.
    constexpr std::size_t pictures_between = 128;
    if (cancelled && i % pictures_between == 0 && cancelled())
      throw work_cancelled("the drawing of the pictures was cancelled");
    images.labels[i] = static_cast<std::uint8_t>(i % glyph_shapes.size());
    images.pixels.resize((i + 1) * images.image_bytes());
    draw(std::span(images.pixels).subspan(i * images.image_bytes(), images.image_bytes()),
         glyph_shapes[images.labels[i]], derive_seed(seed, i));
  }
  return images;
}

// From whole numbers, so that no rounding on the way depends on the order.
void measure_pixels(image_set& images) {
  const auto pixels = static_cast<double>(images.size() * plane);
  for (std::size_t c = 0; c < 3; ++c) {
    std::uint64_t sum = 0;
    std::uint64_t sum_of_squares = 0;
    for (std::size_t i = 0; i < images.size(); ++i) {
      for (const std::uint64_t pixel : images.image(i).subspan(c * plane, plane)) {
        sum += pixel;
        sum_of_squares += pixel * pixel;
      }
    }
    const double mean = static_cast<double>(sum) / pixels;
    const double variance = static_cast<double>(sum_of_squares) / pixels - mean * mean;
    images.mean[c] = static_cast<float>(mean / 255);
    images.stddev[c] = static_cast<float>(std::sqrt(variance) / 255);
  }
}

} // namespace

dataset_ptr make_glyphs(const glyphs_settings& settings) {
  assert(settings.train_size > 0);
  auto data = std::make_shared<dataset>();
  data->name = "glyphs";
  for (const auto& shape : glyph_shapes)
    data->class_names.emplace_back(shape.name);
  auto train = draw_set(settings.train_size, derive_seed(settings.seed, train_stream), settings.cancelled);
  auto test = draw_set(settings.test_size, derive_seed(settings.seed, test_stream), settings.cancelled);
  measure_pixels(train);
  test.mean = train.mean;
  test.stddev = train.stddev;
  data->train = std::make_shared<image_set>(std::move(train));
  data->test = std::make_shared<image_set>(std::move(test));
  return data;
}

} // namespace paceline
