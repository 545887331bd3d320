#include "compute/classification.hpp"

#include "compute/errors.hpp"
#include "compute/models.hpp"
#include "compute/sgd_trainer.hpp"
#include "tests/catch.hpp"

using namespace paceline;

namespace {

constexpr augmentation no_crop{.crop = 4, .padding = 0, .flip = false};

/// Grey pictures of 4x4, every third one bright, and that is their class.
image_set shaded_pictures(std::size_t count) {
  image_set images;
  images.height = images.width = 4;
  for (std::size_t i = 0; i < count; ++i) {
    const bool bright = i % 3 == 0;
    images.labels.push_back(bright ? 1 : 0);
    const auto shade = static_cast<std::uint8_t>((bright ? 150 : 50) + i % 40);
    images.pixels.insert(images.pixels.end(), images.image_bytes(), shade);
  }
  return images;
}

dataset_ptr shades() {
  auto data = std::make_shared<dataset>();
  data->name = "shades";
  data->class_names = {"dark", "bright"};
  data->train = shaded_pictures(60);
  data->test = shaded_pictures(23);
  data->mean = {0.5f, 0.5f, 0.5f};
  data->stddev = {0.25f, 0.25f, 0.25f};
  return data;
}

batch_loader_settings loader_of(const dataset_ptr& data, std::size_t worker = 0) {
  return {.data = data,
          .part = {.total = data->train.size(), .count = 2, .index = worker, .seed = 1},
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
  const auto device = make_cpu_backend(1);
  const auto trainer =
    make_sgd_trainer(make_classification_objective(m, *device, loader_of(data)), {.learning_rate = 0.05}, 1);
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
  const auto device = make_cpu_backend(1);
  const auto one_by_one = classification_test(m, *device, data, no_crop, 1).run(parameters);
  for (const std::int64_t batch : {5, 23, 64}) {
    CAPTURE(batch);
    classification_test test(m, *device, data, no_crop, batch);
    REQUIRE(test.run(always_dark).error == 8.0 / 23);
    REQUIRE(test.run(parameters).loss == Approx(one_by_one.loss).epsilon(1e-6));
    REQUIRE(test.run(parameters).error == one_by_one.error);
  }
}

TEST_CASE("a step always sees the same pictures and dropout masks, and another step or worker others") {
  const auto data = shades();
  const auto m = with_dropout();
  const auto device = make_cpu_backend(1);
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
  const auto cpu = make_cpu_backend(1);
  const auto one = make_classification_objective(m, *cpu, loader_of(data));
  const auto expected = one->probe_loss(parameters);
  std::vector<float> gradient(parameters.size());
  one->loss_and_gradient(parameters, gradient, 0);
  REQUIRE(one->probe_loss(parameters) == expected);
  REQUIRE(make_classification_objective(m, *cpu, loader_of(data, 1))->probe_loss(parameters) == expected);
  REQUIRE(make_classification_objective(m, *make_reference_backend(), loader_of(data))->probe_loss(parameters)
          == Approx(expected).epsilon(1e-5));

  // What is scored are the first pictures of the training set, as a test on them would.
  auto as_test = std::make_shared<dataset>(*data);
  as_test->test = shaded_pictures(10);
  REQUIRE(classification_test(m, *cpu, as_test, no_crop, 10).run(parameters).loss == Approx(expected));
}

TEST_CASE("a model that does not fit the data is refused with both sizes") {
  const auto data = shades();
  const auto device = make_cpu_backend(1);
  REQUIRE_THROWS_WITH(make_classification_objective(make_linear({3, 5, 5}, 2), *device, loader_of(data)),
                      "model linear takes inputs of 3x5x5, but pictures of shades are cut to 3x4x4");
  REQUIRE_THROWS_WITH(classification_test(make_linear({3, 4, 4}, 3), *device, data, no_crop, 10),
                      "model linear tells 3 classes apart, but shades has 2");
}

TEST_CASE("a data set without test pictures is refused") {
  auto data = std::make_shared<dataset>(*shades());
  data->test.pixels.clear();
  data->test.labels.clear();
  REQUIRE_THROWS_WITH(classification_test(make_linear({3, 4, 4}, 2), *make_cpu_backend(1), data, no_crop, 10),
                      "data set shades has no test pictures");
}
