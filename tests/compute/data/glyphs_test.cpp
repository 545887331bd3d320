#include "compute/data/glyphs.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/compute/data/in_memory.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <vector>

using namespace paceline;

namespace {

// FNV-1a.
std::uint64_t checksum(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const auto byte : bytes)
    hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

std::set<std::uint64_t> checksums(const image_set& images) {
  std::set<std::uint64_t> result;
  for (std::size_t i = 0; i < images.size(); ++i)
    result.insert(checksum(images.image(i)));
  return result;
}

} // namespace

TEST_CASE("drawing stops as soon as it is no longer wanted") {
  int asked = 0;
  const auto cancelled = [&] { return ++asked == 3; };
  REQUIRE_THROWS_AS(make_glyphs({.train_size = 10000, .test_size = 10000, .seed = 1, .cancelled = cancelled}),
                    work_cancelled);
  REQUIRE(asked == 3);
}

TEST_CASE("equal settings draw equal glyphs on every machine") {
  const auto data = make_glyphs({.train_size = 100, .test_size = 20, .seed = 1});
  REQUIRE(checksum(in_memory(data->train).pixels) == 0x13dec55eeaa65c71u);
  REQUIRE(checksum(in_memory(data->test).pixels) == 0x441cefdc672ceafbu);
}

TEST_CASE("glyphs are 32x32 pictures in colour of ten classes in equal numbers") {
  const auto data = make_glyphs({.train_size = 200, .test_size = 50, .seed = 3});
  REQUIRE(data->name == "glyphs");
  REQUIRE(data->classes() == 10);
  REQUIRE(std::set<std::string>(data->class_names.begin(), data->class_names.end()).size() == 10);
  for (const auto* images : {&in_memory(data->train), &in_memory(data->test)}) {
    REQUIRE(images->image_bytes() == 3 * 32 * 32);
    REQUIRE(images->pixels.size() == images->size() * images->image_bytes());
    for (std::uint8_t label = 0; label < 10; ++label)
      REQUIRE(std::count(images->labels.begin(), images->labels.end(), label)
              == static_cast<std::ptrdiff_t>(images->size() / 10));
  }
  REQUIRE(data->train->size() == 200);
  REQUIRE(data->test->size() == 50);
}

TEST_CASE("a glyph is a function of seed and place, whatever the size of the set") {
  const auto small = make_glyphs({.train_size = 30, .test_size = 10, .seed = 5});
  const auto large = make_glyphs({.train_size = 60, .test_size = 20, .seed = 5});
  REQUIRE(std::equal(in_memory(small->train).pixels.begin(), in_memory(small->train).pixels.end(),
                     in_memory(large->train).pixels.begin()));
  REQUIRE(std::equal(in_memory(small->test).pixels.begin(), in_memory(small->test).pixels.end(),
                     in_memory(large->test).pixels.begin()));
}

TEST_CASE("no glyph is drawn twice, be it in training and test or with another seed") {
  const auto one = make_glyphs({.train_size = 300, .test_size = 300, .seed = 1});
  const auto other = make_glyphs({.train_size = 300, .test_size = 300, .seed = 2});
  auto all = checksums(in_memory(one->train));
  for (const auto& images : {one->test, other->train, other->test})
    all.merge(checksums(in_memory(images)));
  REQUIRE(all.size() == 1200);
}

TEST_CASE("mean and deviation of glyphs are those of the training pixels") {
  const auto data = make_glyphs({.train_size = 100, .test_size = 10, .seed = 2});
  const auto& train = in_memory(data->train);
  REQUIRE(in_memory(data->test).mean == train.mean);
  REQUIRE(in_memory(data->test).stddev == train.stddev);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    std::vector<double> values;
    for (std::size_t i = 0; i < train.size(); ++i)
      for (const auto pixel : train.image(i).subspan(channel * 1024, 1024))
        values.push_back(pixel / 255.0);
    double mean = 0;
    for (const auto value : values)
      mean += value / static_cast<double>(values.size());
    double variance = 0;
    for (const auto value : values)
      variance += (value - mean) * (value - mean) / static_cast<double>(values.size());
    REQUIRE(train.mean[channel] == Approx(mean).epsilon(1e-5));
    REQUIRE(train.stddev[channel] * train.stddev[channel] == Approx(variance).epsilon(1e-5));
  }
}
