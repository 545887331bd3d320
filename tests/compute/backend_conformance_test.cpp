#include "compute/backend.hpp"

#include "compute/models.hpp"
#include "tests/catch.hpp"
#include "tests/compute/backends_under_test.hpp"
#include "tests/compute/random_vector.hpp"
#include "tests/compute/relative_error.hpp"

#include <algorithm>
#include <cmath>

// What every backend promises, measured against the reference.

using namespace paceline;

namespace {

/// A model with a random batch and random parameters.
struct problem {
  model m;
  std::int64_t batch_size;
  std::vector<float> images;
  std::vector<std::int32_t> labels;
  std::vector<float> parameters;

  problem(model made, std::int64_t batch)
    : m(std::move(made)),
      batch_size(batch),
      images(random_vector(static_cast<std::size_t>(batch * m.input().size()), 1)),
      parameters(m.parameters().size()) {
    counter_random random(2);
    for (std::int64_t n = 0; n < batch; ++n)
      labels.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(m.output().size()))));
    m.initialise(parameters, 3);
  }
};

struct answer {
  double loss = 0;
  std::vector<float> gradient;
  std::vector<float> scores;

  friend bool operator==(const answer&, const answer&) = default;
};

answer solve(network& net, const problem& p, std::uint64_t dropout_seed = 9) {
  answer result;
  // Wrong numbers on purpose: all of it is to be overwritten.
  result.gradient.assign(p.parameters.size(), 1e6f);
  result.scores.assign(static_cast<std::size_t>(p.batch_size * p.m.output().size()), 1e6f);
  result.loss = net.loss_and_gradient({p.images, p.labels}, p.parameters, result.gradient, dropout_seed);
  net.scores(p.images, p.parameters, result.scores);
  return result;
}

void require_agreement(const problem& p) {
  const network_options options{.batch_size = p.batch_size};
  const auto truth = solve(*make_reference_backend()->compile(p.m, options), p);
  for (const auto& [name, device] : backends_under_test()) {
    CAPTURE(name, p.batch_size);
    const auto net = device->compile(p.m, options);
    const auto found = solve(*net, p);
    REQUIRE(found.loss == Approx(truth.loss).epsilon(1e-4));
    REQUIRE(relative_error(found.scores, truth.scores) < 1e-4);
    // A gradient can be a sum that cancels out, as that of a bias before a batch norm.
    const auto least_norm = 1e-3 * norm_of(std::span(truth.gradient).first(p.m.parameters().trained_size()));
    for (const auto& slice : p.m.parameters().slices()) {
      CAPTURE(slice.name);
      REQUIRE(relative_error(std::span(found.gradient).subspan(slice.offset, slice.size),
                             std::span(truth.gradient).subspan(slice.offset, slice.size), least_norm)
              < 1e-4);
    }
    // Nothing of one step is left over for the next, and equal input gives equal bits.
    REQUIRE(solve(*net, p) == found);
  }
}

/// Ends a model with the classifier that makes its parameters' gradients visible.
model with_head(model m) {
  m.append("", flatten_layer{});
  m.append("head", linear_layer{.features = 5});
  return m;
}

} // namespace

TEST_CASE("backends agree with the reference on linear layers of any width") {
  for (const std::int64_t batch : {1, 7})
    for (const std::int64_t inputs : {1, 3, 10, 17})
      for (const std::int64_t features : {1, 3, 17}) {
        CAPTURE(inputs, features);
        model m("m", {inputs, 1, 1});
        m.append("fc1", linear_layer{.features = features});
        m.append("fc2", linear_layer{.features = 4});
        require_agreement({std::move(m), batch});
      }
}

TEST_CASE("backends agree with the reference on convolutions of any channels") {
  for (const std::int64_t batch : {1, 7})
    for (const std::int64_t inputs : {1, 3, 10, 17})
      for (const std::int64_t outputs : {1, 3, 10, 17}) {
        CAPTURE(inputs, outputs);
        model m("m", {inputs, 7, 6});
        m.append("conv1", convolution_layer{.channels = outputs, .kernel = 3});
        m.append("conv2", convolution_layer{.channels = 10, .kernel = 2});
        require_agreement({with_head(std::move(m)), batch});
      }
}

TEST_CASE("backends agree with the reference on convolutions of any kernel, stride and padding") {
  for (const std::int64_t kernel : {1, 2, 3, 5})
    for (const std::int64_t stride : {1, 2, 3})
      for (std::int64_t padding = 0; padding < kernel && padding < 3; ++padding)
        for (const std::int64_t channels : {3, 16}) {
          CAPTURE(kernel, stride, padding, channels);
          model m("m", {channels, 11, 9});
          m.append("conv1", convolution_layer{.channels = 17, .kernel = 1});
          m.append("conv2",
                   convolution_layer{.channels = channels, .kernel = kernel, .stride = stride, .padding = padding});
          require_agreement({with_head(std::move(m)), 2});
        }
}

TEST_CASE("backends agree with the reference on chains of 3x3 convolutions, for which there are faster algorithms") {
  for (const std::int64_t channels : {16, 32})
    for (const std::int64_t padding : {0, 1}) {
      CAPTURE(channels, padding);
      model m("m", {channels, 13, 10});
      m.append("conv1", convolution_layer{.channels = 2 * channels, .kernel = 3, .padding = padding});
      m.append("", relu_layer{});
      m.append("conv2", convolution_layer{.channels = channels, .kernel = 3, .padding = padding});
      require_agreement({with_head(std::move(m)), 7});
    }
}

TEST_CASE("backends agree with the reference on max-pools of any window, also with a rest and with overlap") {
  for (const auto& pool :
       {max_pool_layer{.kernel = 2}, max_pool_layer{.kernel = 3}, max_pool_layer{.kernel = 3, .stride = 2},
        max_pool_layer{.kernel = 2, .stride = 1}, max_pool_layer{.kernel = 1, .stride = 2}})
    for (const std::int64_t channels : {1, 8, 10, 16, 17, 32})
      for (const bool rectify : {false, true}) {
        CAPTURE(pool.kernel, pool.stride, channels, rectify);
        model m("m", {3, 9, 8});
        m.append("conv1", convolution_layer{.channels = channels, .kernel = 2});
        if (rectify)
          m.append("", relu_layer{});
        m.append("", pool);
        require_agreement({with_head(std::move(m)), 7});
      }
}

TEST_CASE("backends agree with the reference on padded max-pools and average pools") {
  const std::vector<layer_kind> pools{
    max_pool_layer{.kernel = 3, .stride = 2, .padding = 1}, max_pool_layer{.kernel = 2, .stride = 1, .padding = 1},
    average_pool_layer{.kernel = 2}, average_pool_layer{.kernel = 3, .stride = 2}, average_pool_layer{}};
  for (std::size_t pool = 0; pool < pools.size(); ++pool)
    for (const std::int64_t channels : {3, 16, 17}) {
      CAPTURE(pool, channels);
      model m("m", {3, 9, 8});
      m.append("conv1", convolution_layer{.channels = channels, .kernel = 2, .bias = false});
      m.append("", pools[pool]);
      require_agreement({with_head(std::move(m)), 3});
    }
}

TEST_CASE("backends agree with the reference on batch norms, with and without a relu, behind any layer") {
  for (const std::int64_t channels : {3, 16, 17, 32})
    for (const bool rectify : {false, true}) {
      CAPTURE(channels, rectify);
      model m("m", {3, 9, 8});
      m.append("bn0", batch_norm_layer{});
      m.append("conv1", convolution_layer{.channels = channels, .kernel = 3, .bias = channels == 17});
      m.append("bn1", batch_norm_layer{.momentum = 0.3, .epsilon = 1e-3});
      if (rectify)
        m.append("", relu_layer{});
      m.append("", max_pool_layer{.kernel = 2});
      m.append("bn2", batch_norm_layer{});
      m.append("", flatten_layer{});
      m.append("fc1", linear_layer{.features = 17});
      m.append("bn3", batch_norm_layer{});
      m.append("fc2", linear_layer{.features = 5});
      require_agreement({std::move(m), 7});
    }
}

TEST_CASE("backends agree with the reference on residual blocks of any shape") {
  for (const std::int64_t channels : {3, 16, 17}) {
    CAPTURE(channels);
    model m("m", {channels, 9, 8});
    const convolution_layer same{.channels = channels, .kernel = 3, .padding = 1, .bias = false};
    m.append("sum0", add_layer{}, {.from = "input", .with = "input"});
    m.append("conv1", same);
    m.append("sum1", add_layer{}, {.with = "sum0"});
    m.append("relu1", relu_layer{});
    m.append("conv2", same);
    m.append("sum2", add_layer{}, {.with = "relu1"});
    m.append("conv3", convolution_layer{.channels = channels + 6, .kernel = 3, .stride = 2, .padding = 1});
    m.append("short", shortcut_layer{.channels = channels + 6, .stride = 2}, {.from = "sum2"});
    m.append("sum3", add_layer{}, {.with = "conv3"});
    m.append("relu3", relu_layer{});
    require_agreement({with_head(std::move(m)), 3});
  }
}

TEST_CASE("backends agree with the reference on sums right behind batch norms, whoever needs a gradient") {
  for (const std::int64_t channels : {3, 16, 17})
    for (const bool rectify : {false, true}) {
      CAPTURE(channels, rectify);
      model m("m", {channels, 9, 8});
      const convolution_layer same{.channels = channels, .kernel = 3, .padding = 1, .bias = false};
      const auto sum = [&](const std::string& name, const layer_sources& of) {
        m.append(rectify ? name + ".sum" : name, add_layer{}, of);
        if (rectify)
          m.append(name, relu_layer{});
      };
      m.append("norm0", batch_norm_layer{});
      sum("block0", {.with = "input"});
      m.append("conv1", same);
      m.append("norm1", batch_norm_layer{});
      sum("block1", {.with = "block0"});
      m.append("conv2", same);
      m.append("norm2", batch_norm_layer{});
      sum("block2", {.from = "block1", .with = "norm2"});
      m.append("norm3", batch_norm_layer{}, {.from = "input"});
      sum("block3", {.with = "block2"});
      m.append("norm4", batch_norm_layer{});
      sum("block4", {.with = "block3"});
      require_agreement({with_head(std::move(m)), 3});
    }
}

TEST_CASE("backends agree with the reference on batch norms between convolutions, which can do their work") {
  for (const std::int64_t channels : {16, 17, 32})
    for (const std::int64_t kernel : {3, 5})
      for (const bool rectify : {false, true}) {
        CAPTURE(channels, kernel, rectify);
        model m("m", {channels, 7, 10});
        const convolution_layer same{
          .channels = channels, .kernel = kernel, .padding = kernel / 2, .bias = channels == 17};
        for (const auto* number : {"1", "2", "3"}) {
          m.append(std::string("conv") + number, same);
          m.append(std::string("norm") + number, batch_norm_layer{});
          if (rectify)
            m.append("", relu_layer{});
        }
        m.append("pool", max_pool_layer{.kernel = 2});
        m.append("conv4", same);
        m.append("drop", dropout_layer{.probability = 0.2});
        m.append("norm4", batch_norm_layer{});
        require_agreement({with_head(std::move(m)), 3});
      }
}

TEST_CASE("backends agree with the reference where several layers read one output, some of them in place") {
  model m("m", {16, 9, 8});
  m.append("conv1", convolution_layer{.channels = 16, .kernel = 3});
  m.append("relu", relu_layer{}, {.from = "conv1"});
  m.append("drop", dropout_layer{.probability = 0.3}, {.from = "conv1"});
  m.append("sum1", add_layer{}, {.with = "relu"});
  m.append("sum2", add_layer{}, {.with = "conv1"});
  m.append("flat", flatten_layer{});
  m.append("twice", add_layer{}, {.with = "flat"});
  m.append("fc", linear_layer{.features = 5});
  require_agreement({std::move(m), 3});
}

TEST_CASE("backends agree with the reference where layers stand in unusual places") {
  const auto convolution = convolution_layer{.channels = 17, .kernel = 3};
  const std::vector<std::vector<layer_kind>> chains{
    {relu_layer{}, convolution},
    {dropout_layer{}, convolution},
    {max_pool_layer{.kernel = 2}, convolution},
    {convolution, dropout_layer{.probability = 0.3}, relu_layer{}, max_pool_layer{.kernel = 2}},
    {convolution, relu_layer{}, dropout_layer{.probability = 0.3}, max_pool_layer{.kernel = 2}},
    {convolution, relu_layer{}, relu_layer{}},
    {convolution, max_pool_layer{.kernel = 2}, relu_layer{}, convolution},
    {convolution, max_pool_layer{.kernel = 2}, dropout_layer{.probability = 0.3}, convolution},
    {convolution, max_pool_layer{.kernel = 2}, max_pool_layer{.kernel = 2}},
    {convolution, flatten_layer{}, flatten_layer{}, dropout_layer{.probability = 0.3}, relu_layer{}},
    {convolution, flatten_layer{}, max_pool_layer{.kernel = 1}},
    {flatten_layer{}, convolution_layer{.channels = 17, .kernel = 1}, max_pool_layer{.kernel = 1}},
  };
  for (const std::int64_t channels : {3, 16})
    for (std::size_t chain = 0; chain < chains.size(); ++chain) {
      CAPTURE(channels, chain);
      model m("m", {channels, 9, 9});
      for (std::size_t i = 0; i < chains[chain].size(); ++i)
        m.append("layer" + std::to_string(i), chains[chain][i]);
      require_agreement({with_head(std::move(m)), 3});
    }
}

TEST_CASE("backends agree with the reference on a model that ends in pictures") {
  model m("m", {3, 4, 4});
  m.append("conv1", convolution_layer{.channels = 17, .kernel = 3});
  require_agreement({std::move(m), 2});
}

TEST_CASE("backends agree with the reference on the built-in models") {
  require_agreement({make_cnn7({3, 28, 28}, 10), 2});
  require_agreement({make_resnet20({3, 12, 12}, 10), 3});
  require_agreement({make_mlp({3, 9, 9}, 10), 7});
  require_agreement({make_linear({3, 9, 9}, 10), 7});
}

TEST_CASE("dropout's seed decides the gradient of a training step and nothing in a test") {
  const problem p(make_cnn7({3, 28, 28}, 10), 1);
  for (const auto& [name, device] : backends_under_test()) {
    CAPTURE(name);
    const auto net = device->compile(p.m, {.batch_size = 1});
    const auto one = solve(*net, p, 1);
    const auto other = solve(*net, p, 2);
    REQUIRE(one.gradient != other.gradient);
    REQUIRE(one.scores == other.scores);
    REQUIRE(solve(*net, p, 1) == one);
  }
}

TEST_CASE("a network that only tests gives the scores of one that trains, in less memory") {
  const problem p(make_cnn7({3, 28, 28}, 10), 3);
  for (const auto& [name, device] : backends_under_test()) {
    CAPTURE(name);
    const auto training = device->compile(p.m, {.batch_size = 3});
    const auto testing = device->compile(p.m, {.batch_size = 3, .training = false});
    std::vector<float> scores(30);
    testing->scores(p.images, p.parameters, scores);
    REQUIRE(relative_error(scores, solve(*training, p).scores) < 1e-6);
    REQUIRE(testing->memory_bytes() < training->memory_bytes());
  }
}
