#include "compute/reference/reference_network.hpp"

#include "compute/counter_random.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace paceline;

namespace {

std::vector<double> random_doubles(std::size_t size, std::uint64_t seed) {
  counter_random random(seed);
  std::vector<double> result(size);
  for (auto& value : result)
    value = random.uniform(-1, 1);
  return result;
}

/// ‖gradient − central differences‖ / ‖gradient‖ over all parameters (buffers have none), of a batch of three.
double gradient_error(const model& m) {
  constexpr std::int64_t batch = 3;
  // Small enough that with these seeds no value crosses a kink of a relu or max-pool on the way.
  constexpr double h = 1e-6;
  reference_network net(m, batch);
  const auto images = random_doubles(static_cast<std::size_t>(batch * m.input().size()), 1);
  std::vector<std::int32_t> labels;
  for (std::int32_t n = 0; n < batch; ++n)
    labels.push_back(n % static_cast<std::int32_t>(m.output().size()));
  auto parameters = random_doubles(m.parameters().size(), 2);
  std::vector<double> gradient(parameters.size()), unused(parameters.size());
  net.loss_and_gradient(images, labels, parameters, gradient, 9);

  double error = 0, norm = 0;
  for (std::size_t i = 0; i < m.parameters().trained_size(); ++i) {
    const auto here = parameters[i];
    parameters[i] = here + h;
    const auto above = net.loss_and_gradient(images, labels, parameters, unused, 9);
    parameters[i] = here - h;
    const auto below = net.loss_and_gradient(images, labels, parameters, unused, 9);
    parameters[i] = here;
    error += std::pow(gradient[i] - (above - below) / (2 * h), 2);
    norm += std::pow(gradient[i], 2);
  }
  return std::sqrt(error / norm);
}

} // namespace

TEST_CASE("the gradient of a linear layer is that of central differences") {
  model m("m", {7, 1, 1});
  m.append("fc", linear_layer{.features = 4});
  REQUIRE(gradient_error(m) < 1e-6);
}

TEST_CASE("the gradient through a relu is that of central differences") {
  model m("m", {7, 1, 1});
  m.append("fc1", linear_layer{.features = 9});
  m.append("", relu_layer{});
  m.append("fc2", linear_layer{.features = 3});
  REQUIRE(gradient_error(m) < 1e-6);
}

TEST_CASE("the gradient through dropout is that of central differences with the same mask") {
  model m("m", {7, 1, 1});
  m.append("fc1", linear_layer{.features = 9});
  m.append("", dropout_layer{.probability = 0.4});
  m.append("fc2", linear_layer{.features = 3});
  REQUIRE(gradient_error(m) < 1e-6);
}

TEST_CASE("the gradient of convolutions of any stride and padding is that of central differences") {
  for (const auto& first : {convolution_layer{.channels = 3, .kernel = 3},
                            convolution_layer{.channels = 3, .kernel = 3, .stride = 2, .padding = 1},
                            convolution_layer{.channels = 3, .kernel = 4, .stride = 3, .padding = 2},
                            convolution_layer{.channels = 3, .kernel = 1}}) {
    model m("m", {2, 7, 6});
    m.append("conv1", first);
    m.append("conv2", convolution_layer{.channels = 4, .kernel = 2, .stride = 1, .padding = 1});
    m.append("", flatten_layer{});
    REQUIRE(gradient_error(m) < 1e-6);
  }
}

TEST_CASE("the gradient through max-pools with and without overlap is that of central differences") {
  for (const auto& pool : {max_pool_layer{.kernel = 2}, max_pool_layer{.kernel = 3, .stride = 2},
                           max_pool_layer{.kernel = 2, .stride = 1}, max_pool_layer{.kernel = 1, .stride = 2}}) {
    model m("m", {2, 8, 9});
    m.append("conv1", convolution_layer{.channels = 3, .kernel = 2});
    m.append("", pool);
    m.append("", flatten_layer{});
    m.append("fc", linear_layer{.features = 3});
    REQUIRE(gradient_error(m) < 1e-6);
  }
}

TEST_CASE("the gradient of a small chain like cnn7 is that of central differences") {
  model m("m", {3, 14, 14});
  m.append("conv1", convolution_layer{.channels = 4, .kernel = 3});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("conv2", convolution_layer{.channels = 5, .kernel = 3});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("", flatten_layer{});
  m.append("fc1", linear_layer{.features = 8});
  m.append("", dropout_layer{.probability = 0.5});
  m.append("fc2", linear_layer{.features = 10});
  REQUIRE(gradient_error(m) < 1e-6);
}

TEST_CASE("the gradient of convolutions without bias is that of central differences") {
  model m("m", {2, 5, 4});
  m.append("conv1", convolution_layer{.channels = 3, .kernel = 3, .bias = false});
  m.append("conv2", convolution_layer{.channels = 4, .kernel = 2, .bias = false});
  m.append("", flatten_layer{});
  REQUIRE(gradient_error(m) < 1e-6);
}

TEST_CASE("the gradient through padded max-pools and average pools is that of central differences") {
  const std::vector<layer_kind> pools{max_pool_layer{.kernel = 3, .stride = 2, .padding = 1},
                                      average_pool_layer{.kernel = 2}, average_pool_layer{.kernel = 3, .stride = 2},
                                      average_pool_layer{}};
  for (const auto& pool : pools) {
    model m("m", {2, 8, 9});
    m.append("conv1", convolution_layer{.channels = 3, .kernel = 2});
    m.append("", pool);
    m.append("", flatten_layer{});
    m.append("fc", linear_layer{.features = 3});
    REQUIRE(gradient_error(m) < 1e-6);
  }
}

TEST_CASE("the gradient through a batch norm is that of central differences") {
  model m("m", {2, 5, 4});
  m.append("conv1", convolution_layer{.channels = 3, .kernel = 2, .bias = false});
  m.append("bn1", batch_norm_layer{});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 3});
  REQUIRE(gradient_error(m) < 1e-6);
}

TEST_CASE("the gradient of residual blocks is that of central differences") {
  model m("m", {3, 6, 6});
  m.append("conv1", convolution_layer{.channels = 4, .kernel = 3, .padding = 1});
  m.append("conv2", convolution_layer{.channels = 4, .kernel = 3, .padding = 1});
  m.append("sum1", add_layer{}, {.with = "conv1"});
  m.append("conv3", convolution_layer{.channels = 6, .kernel = 3, .stride = 2, .padding = 1});
  m.append("short", shortcut_layer{.channels = 6, .stride = 2}, {.from = "sum1"});
  m.append("sum2", add_layer{}, {.with = "conv3"});
  m.append("", average_pool_layer{});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 3});
  REQUIRE(gradient_error(m) < 1e-6);
}

TEST_CASE(
  "a batch norm normalises by the batch in training and by the running values in tests, as worked out by hand") {
  model m("m", {1, 1, 2});
  m.append("bn", batch_norm_layer{.momentum = 0.25, .epsilon = 1e-12});
  reference_network net(m, 2);
  const std::vector<double> images{1, 3, 5, 7};         // mean 4, variance 5, unbiased 20/3
  const std::vector<double> parameters{2, 10, 0.5, 16}; // weight, bias, running mean, running variance
  std::vector<double> scores(4), gradient(4);
  net.scores(images, parameters, scores);
  REQUIRE(scores[0] == Approx(10 + 2 * 0.5 / 4));
  REQUIRE(scores[3] == Approx(10 + 2 * 6.5 / 4));
  const auto loss = net.loss_and_gradient(images, std::vector<std::int32_t>{1, 1}, parameters, gradient, 0);
  // Scores of one picture differ by 2 · 2/√5.
  REQUIRE(loss == Approx(std::log1p(std::exp(-4 / std::sqrt(5.0)))));
  REQUIRE(gradient[2] == Approx(0.75 * 0.5 + 0.25 * 4));
  REQUIRE(gradient[3] == Approx(0.75 * 16 + 0.25 * 20 / 3));
}

TEST_CASE("a shortcut leaves out rows and columns and puts channels of zeros on both sides") {
  model m("m", {1, 3, 3});
  m.append("s", shortcut_layer{.channels = 3, .stride = 2});
  reference_network net(m, 1);
  std::vector<double> scores(12);
  net.scores(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9}, {}, scores);
  REQUIRE(scores == std::vector<double>{0, 0, 0, 0, 1, 3, 7, 9, 0, 0, 0, 0});
}

TEST_CASE("a convolution computes cross-correlation as worked out by hand") {
  model m("m", {1, 2, 3});
  m.append("c", convolution_layer{.channels = 1, .kernel = 2});
  reference_network net(m, 1);
  std::vector<double> scores(2);
  net.scores(std::vector<double>{1, 2, 3, 4, 5, 6}, std::vector<double>{1, 10, 100, 1000, 0.5}, scores);
  REQUIRE(scores == std::vector<double>{1 + 20 + 400 + 5000 + 0.5, 2 + 30 + 500 + 6000 + 0.5});
}

TEST_CASE("a max-pool takes the highest of each whole window") {
  model m("m", {1, 3, 5});
  m.append("", max_pool_layer{.kernel = 2});
  reference_network net(m, 1);
  std::vector<double> scores(2);
  net.scores(std::vector<double>{-1, -2, 3, 4, 99, -3, -4, 8, 1, 99, 99, 99, 99, 99, 99}, {}, scores);
  REQUIRE(scores == std::vector<double>{-1, 8});
}

TEST_CASE("dropout does nothing in tests") {
  model m("m", {2000, 1, 1});
  m.append("", dropout_layer{.probability = 0.25});
  m.append("fc", linear_layer{.features = 1});
  reference_network net(m, 1);
  std::vector<double> parameters(2001, 1.0), scores(1);
  net.scores(std::vector<double>(2000, 1.0), parameters, scores);
  REQUIRE(scores[0] == 2001);
}

TEST_CASE("dropout in training zeroes its share and keeps the mean") {
  model m("m", {2000, 1, 1});
  m.append("", dropout_layer{.probability = 0.25});
  m.append("fc", linear_layer{.features = 2});
  reference_network net(m, 1);
  std::vector<double> gradient(m.parameters().size());
  net.loss_and_gradient(std::vector<double>(2000, 1.0), std::vector<std::int32_t>{0},
                        std::vector<double>(gradient.size()), gradient, 5);
  // With equal scores the gradient of the label's weight is −0.5 times what dropout let through of its input of 1.
  double sum = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    const auto factor = gradient[i] / -0.5;
    REQUIRE((factor == 0 || factor == Approx(4.0 / 3)));
    sum += factor;
  }
  REQUIRE(sum / 2000 == Approx(1).margin(0.05));
}
