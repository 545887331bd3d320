#include "compute/data/batch_loader.hpp"

#include "compute/counter_random.hpp"
#include "compute/data/image_set.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace paceline;

namespace {

// Pictures of 6x6 random pixels; picture i has the label i, so that a batch tells which pictures it holds.
dataset_ptr make_labelled_pictures(std::size_t count) {
  auto pictures = std::make_shared<image_set>();
  pictures->height = pictures->width = 6;
  pictures->mean = {0.5f, 0.4f, 0.3f};
  pictures->stddev = {0.25f, 0.2f, 0.1f};
  counter_random random(5);
  for (std::size_t i = 0; i < count; ++i)
    pictures->labels.push_back(static_cast<std::uint8_t>(i));
  for (std::size_t i = 0; i < count * pictures->image_bytes(); ++i)
    pictures->pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  auto data = std::make_shared<dataset>();
  data->class_names.resize(count);
  data->train = pictures;
  return data;
}

batch_loader_settings make_settings(std::size_t count, std::size_t workers, std::int64_t batch_size) {
  batch_loader_settings settings;
  settings.data = make_labelled_pictures(count);
  settings.part = {count, workers, 0, 7};
  settings.how = {.crop = 4, .padding = 1, .flip = true};
  settings.batch_size = batch_size;
  settings.seed = 11;
  return settings;
}

struct batch_copy {
  std::vector<float> images;
  std::vector<std::int32_t> labels;

  friend bool operator==(const batch_copy&, const batch_copy&) = default;
};

batch_copy copy(const batch_view& batch) {
  return {{batch.images.begin(), batch.images.end()}, {batch.labels.begin(), batch.labels.end()}};
}

std::string error_of(const batch_loader_settings& settings) {
  try {
    batch_loader loader(settings);
  } catch (const invalid_input& error) {
    return error.what();
  }
  return "no error";
}

} // namespace

TEST_CASE("an epoch's batches hold different pictures of the shard in its order, the rest is dropped") {
  const auto settings = make_settings(50, 2, 8);
  batch_loader loader(settings);
  REQUIRE(loader.batches_per_epoch() == 3);
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    const auto order = settings.part.order(epoch);
    for (std::uint64_t i = 0; i < 3; ++i) {
      const auto batch = loader.get(epoch * 3 + i);
      REQUIRE(batch.labels.size() == 8);
      REQUIRE(std::equal(batch.labels.begin(), batch.labels.end(), order.begin() + static_cast<long>(i) * 8));
    }
  }
}

TEST_CASE("a batch's pictures are augmented by the seed and their place in the run") {
  const auto settings = make_settings(20, 1, 4);
  batch_loader loader(settings);
  for (std::uint64_t step = 0; step < 12; ++step) {
    const auto batch = loader.get(step);
    REQUIRE(batch.images.size() == 4 * 3 * 4 * 4);
    for (std::size_t i = 0; i < 4; ++i) {
      std::vector<float> expected(3 * 4 * 4);
      settings.data->train->prepare_for_training(static_cast<std::size_t>(batch.labels[i]), settings.how,
                                                 derive_seed(settings.seed, step * 4 + i), expected);
      REQUIRE(std::equal(expected.begin(), expected.end(), batch.images.begin() + static_cast<long>(i) * 48));
    }
  }
}

TEST_CASE("a batch is the same however it is reached") {
  auto settings = make_settings(40, 2, 3);
  std::vector<batch_copy> in_order;
  batch_loader loader(settings);
  for (std::uint64_t step = 0; step < 30; ++step)
    in_order.push_back(copy(loader.get(step)));

  for (const std::size_t ahead : {1u, 2u, 5u}) {
    settings.ahead = ahead;
    batch_loader other(settings);
    for (std::size_t i = 0; i < 200; ++i) {
      // Strides forward, back, and twice the same.
      const auto step = i * i / 2 % in_order.size();
      REQUIRE(copy(other.get(step)) == in_order[step]);
    }
  }
}

TEST_CASE("another seed augments the same pictures in another way") {
  auto settings = make_settings(20, 1, 10);
  batch_loader one(settings);
  settings.seed = 12;
  batch_loader other(settings);
  const auto first = copy(one.get(0));
  const auto second = copy(other.get(0));
  REQUIRE(first.labels == second.labels);
  REQUIRE(first.images != second.images);
}

TEST_CASE("a shard smaller than a batch is refused with both numbers") {
  const auto error = error_of(make_settings(50, 3, 18));
  REQUIRE(error == "a worker's share of 17 pictures (of 50 for 3 workers) is smaller than a batch of 18");
  REQUIRE_NOTHROW(batch_loader(make_settings(50, 3, 17)));
}

TEST_CASE("a crop that does not fit the pictures is refused") {
  auto settings = make_settings(10, 1, 2);
  settings.how.crop = 9;
  REQUIRE(error_of(settings) == "a crop of 9 with a padding of 1 does not fit pictures of 6x6: allowed are 1 to 8");
}

TEST_CASE("with a roster a lost worker's pictures are met from the next epoch on, and epochs keep their length") {
  auto settings = make_settings(48, 2, 8); // 24 pictures a shard: 3 batches an epoch
  const auto roster = std::make_shared<shard_roster>(2);
  settings.roster = roster;
  batch_loader loader(settings);
  const auto pictures_of = [&](std::uint64_t epoch) {
    std::vector<std::uint32_t> pictures;
    for (std::uint64_t i = 0; i < 3; ++i)
      for (const auto label : loader.get(3 * epoch + i).labels)
        pictures.push_back(static_cast<std::uint32_t>(label));
    return pictures;
  };
  const auto first_of = [](std::vector<std::uint32_t> order) {
    order.resize(24);
    return order;
  };
  REQUIRE(pictures_of(0) == settings.part.order(0));
  roster->set(1, false);
  // Epoch 1 may have been begun ahead of its use; one that is a jump away was not.
  REQUIRE(pictures_of(5) == first_of(settings.part.order(5, {true, false})));
  REQUIRE(pictures_of(5) != settings.part.order(5));
  roster->set(1, true);
  REQUIRE(pictures_of(9) == settings.part.order(9));
  REQUIRE(loader.batches_per_epoch() == 3);
}
