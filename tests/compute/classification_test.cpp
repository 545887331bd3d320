#include "compute/classification.hpp"

#include "compute/data/image_set.hpp"
#include "compute/errors.hpp"
#include "compute/host_trainer.hpp"
#include "compute/models.hpp"
#include "tests/catch.hpp"
#include "tests/compute/data/in_memory.hpp"

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

using namespace paceline;

namespace {

constexpr augmentation no_crop{.crop = 4, .padding = 0, .flip = false};

/// Grey pictures of 4x4, every third one bright, and that is their class.
picture_set_ptr shaded_pictures(std::size_t count) {
  auto pictures = std::make_shared<image_set>();
  auto& images = *pictures;
  images.height = images.width = 4;
  images.mean = {0.5f, 0.5f, 0.5f};
  images.stddev = {0.25f, 0.25f, 0.25f};
  for (std::size_t i = 0; i < count; ++i) {
    const bool bright = i % 3 == 0;
    images.labels.push_back(bright ? 1 : 0);
    const auto shade = static_cast<std::uint8_t>((bright ? 150 : 50) + i % 40);
    images.pixels.insert(images.pixels.end(), images.image_bytes(), shade);
  }
  return pictures;
}

dataset_ptr shades() {
  auto data = std::make_shared<dataset>();
  data->name = "shades";
  data->class_names = {"dark", "bright"};
  data->train = shaded_pictures(60);
  data->test = shaded_pictures(23);
  return data;
}

batch_loader_settings loader_of(const dataset_ptr& data, std::size_t worker = 0) {
  return {.data = data,
          .part = {.total = data->train->size(), .count = 2, .index = worker, .seed = 1},
          .how = no_crop,
          .batch_size = 10,
          .seed = 5};
}

model with_dropout() {
  model m("m", {3, 4, 4});
  m.append("", flatten_layer{});
  m.append("", dropout_layer{.probability = 0.5});
  m.append("fc", linear_layer{.features = 2});
  return m;
}

} // namespace

TEST_CASE("training on pictures that are easily told apart brings the test error from chance to nothing") {
  const auto data = shades();
  const auto m = make_linear({3, 4, 4}, 2);
  const auto device = make_cpu_backend();
  const auto trainer =
    make_host_trainer(make_classification_objective(m, *device, loader_of(data)), {.learning_rate = 0.05}, 1);
  REQUIRE(trainer->steps_per_epoch() == 3);
  for (int i = 0; i < 60; ++i)
    trainer->step({});
  std::vector<float> parameters(m.parameters().size());
  trainer->copy_parameters(parameters);
  classification_test test(m, *device, data, no_crop, 10);
  REQUIRE(test.run(parameters).error == 0);
  REQUIRE(test.run(parameters).loss < 0.2);
}

TEST_CASE("a test counts every picture once, whatever the batch size leaves over") {
  const auto data = shades();
  const auto m = make_linear({3, 4, 4}, 2);
  std::vector<float> parameters(m.parameters().size());
  m.initialise(parameters, 3);
  // Always "dark": wrong on the 8 bright ones of 23.
  std::vector<float> always_dark(m.parameters().size());
  always_dark[m.parameters().find("fc1.bias")->offset] = 1;
  const auto device = make_cpu_backend();
  const auto one_by_one = classification_test(m, *device, data, no_crop, 1).run(parameters);
  for (const std::int64_t batch : {5, 23, 64}) {
    CAPTURE(batch);
    classification_test test(m, *device, data, no_crop, batch);
    REQUIRE(test.run(always_dark).error == 8.0 / 23);
    REQUIRE(test.run(parameters).loss == Approx(one_by_one.loss).epsilon(1e-6));
    REQUIRE(test.run(parameters).error == one_by_one.error);
  }
}

TEST_CASE("pictures at the end of a test that cannot be read are left out") {
  /// The last so many.
  struct torn final : picture_set {
    torn(picture_set_ptr all, std::size_t unreadable)
      : pictures(std::move(all)), sound(pictures->size() - unreadable) {}
    std::size_t size() const override { return pictures->size(); }
    std::int32_t label(std::size_t index) const override { return pictures->label(index); }
    void require_fit(const augmentation& how) const override { pictures->require_fit(how); }
    bool prepare_for_training(std::size_t, const augmentation&, std::uint64_t, std::span<float>) const override {
      return false;
    }
    bool prepare_for_test(std::size_t index, const augmentation& how, std::span<float> out) const override {
      return index < sound && pictures->prepare_for_test(index, how, out);
    }
    std::string extent() const override { return pictures->extent(); }
    std::size_t memory_bytes() const override { return pictures->memory_bytes(); }
    picture_set_ptr pictures;
    std::size_t sound;
  };
  const auto m = make_linear({3, 4, 4}, 2);
  std::vector<float> parameters(m.parameters().size());
  m.initialise(parameters, 3);
  auto data = std::make_shared<dataset>(*shades());
  data->test = std::make_shared<torn>(shaded_pictures(23), 3);
  const auto device = make_cpu_backend();
  for (const std::int64_t batch : {5, 10, 20, 23}) {
    CAPTURE(batch);
    const auto found = classification_test(m, *device, data, no_crop, batch).run(parameters);
    REQUIRE(found.pictures == 20);
    REQUIRE(found.answers[22] == -1);
  }
  data->test = std::make_shared<torn>(shaded_pictures(23), 23);
  REQUIRE_THROWS_WITH(classification_test(m, *device, data, no_crop, 5).run(parameters),
                      "none of the test pictures of shades can be read");
}

TEST_CASE("a step always sees the same pictures and dropout masks, and another step or worker others") {
  const auto data = shades();
  const auto m = with_dropout();
  const auto device = make_cpu_backend();
  std::vector<float> parameters(m.parameters().size());
  m.initialise(parameters, 3);
  const auto gradient_of = [&](objective& goal, std::uint64_t step) {
    std::vector<float> gradient(parameters.size());
    goal.loss_and_gradient(parameters, gradient, step);
    return gradient;
  };
  const auto one = make_classification_objective(m, *device, loader_of(data));
  const auto again = make_classification_objective(m, *device, loader_of(data));
  const auto other = make_classification_objective(m, *device, loader_of(data, 1));
  const auto fourth = gradient_of(*one, 4);
  REQUIRE(gradient_of(*one, 5) != fourth);
  REQUIRE(gradient_of(*again, 4) == fourth);
  REQUIRE(gradient_of(*one, 4) == fourth);
  REQUIRE(gradient_of(*other, 4) != fourth);
}

TEST_CASE("the probe batch is the same for all workers and devices, unmoved by dropout and training") {
  const auto data = shades();
  const auto m = with_dropout();
  std::vector<float> parameters(m.parameters().size());
  m.initialise(parameters, 3);
  const auto cpu = make_cpu_backend();
  const auto one = make_classification_objective(m, *cpu, loader_of(data));
  const auto expected = one->probe_loss(parameters);
  std::vector<float> gradient(parameters.size());
  one->loss_and_gradient(parameters, gradient, 0);
  REQUIRE(one->probe_loss(parameters) == expected);
  REQUIRE(make_classification_objective(m, *cpu, loader_of(data, 1))->probe_loss(parameters) == expected);
  REQUIRE(make_classification_objective(m, *make_reference_backend(), loader_of(data))->probe_loss(parameters)
          == Approx(expected).epsilon(1e-5));

  // What is scored are pictures from all over the training set, as a test on them would.
  const auto& train = in_memory(data->train);
  auto sixths = std::make_shared<image_set>(train);
  sixths->pixels.clear();
  sixths->labels.clear();
  for (std::size_t i = 0; i < 60; i += 6) {
    sixths->labels.push_back(train.labels[i]);
    sixths->pixels.insert(sixths->pixels.end(), train.image(i).begin(), train.image(i).end());
  }
  auto as_test = std::make_shared<dataset>(*data);
  as_test->test = sixths;
  REQUIRE(classification_test(m, *cpu, as_test, no_crop, 10).run(parameters).loss == Approx(expected));
}

TEST_CASE(
  "pictures that cannot be read are left out of a test, and others of the training set take their place in a probe") {
  // Every fourth picture of the shades cannot be read.
  class torn_pictures final : public picture_set {
   public:
    explicit torn_pictures(picture_set_ptr whole) : whole_(std::move(whole)) {}
    std::size_t size() const override { return whole_->size(); }
    std::int32_t label(std::size_t index) const override { return whole_->label(index); }
    void require_fit(const augmentation& how) const override { whole_->require_fit(how); }
    bool prepare_for_training(std::size_t index, const augmentation& how, std::uint64_t seed,
                              std::span<float> out) const override {
      return whole_->prepare_for_training(index, how, seed, out) && index % 4 != 0;
    }
    bool prepare_for_test(std::size_t index, const augmentation& how, std::span<float> out) const override {
      return index % 4 != 0 && whole_->prepare_for_test(index, how, out);
    }
    std::string extent() const override { return whole_->extent(); }
    std::size_t memory_bytes() const override { return 0; }

   private:
    picture_set_ptr whole_;
  };
  auto data = std::make_shared<dataset>(*shades());
  data->train = std::make_shared<torn_pictures>(data->train);
  data->test = std::make_shared<torn_pictures>(data->test);
  const auto m = make_linear({3, 4, 4}, 2);
  std::vector<float> always_dark(m.parameters().size());
  always_dark[m.parameters().find("fc1.bias")->offset] = 1;
  const auto device = make_cpu_backend();
  for (const std::int64_t batch : {4, 17, 64}) {
    const auto found = classification_test(m, *device, data, no_crop, batch).run(always_dark);
    // Of 23 pictures 6 are torn; of the 8 bright ones those at 0 and 12.
    REQUIRE(found.pictures == 17);
    REQUIRE(found.error == 6.0 / 17);
    for (std::size_t i = 0; i < 23; ++i)
      REQUIRE(found.answers[i] == (i % 4 == 0 ? -1 : 0));
  }
  REQUIRE(std::isfinite(make_classification_objective(m, *device, loader_of(data))->probe_loss(always_dark)));
}

TEST_CASE("a model that does not fit the data is refused with both sizes") {
  const auto data = shades();
  const auto device = make_cpu_backend();
  REQUIRE_THROWS_WITH(make_classification_objective(make_linear({3, 5, 5}, 2), *device, loader_of(data)),
                      "model linear takes inputs of 3x5x5, but pictures of shades are cut to 3x4x4");
  REQUIRE_THROWS_WITH(classification_test(make_linear({3, 4, 4}, 3), *device, data, no_crop, 10),
                      "model linear tells 3 classes apart, but shades has 2");
}

TEST_CASE("a data set without test pictures is refused") {
  auto data = std::make_shared<dataset>(*shades());
  data->test = std::make_shared<image_set>();
  REQUIRE_THROWS_WITH(classification_test(make_linear({3, 4, 4}, 2), *make_cpu_backend(), data, no_crop, 10),
                      "data set shades has no test pictures");
}
