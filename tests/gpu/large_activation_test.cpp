#include "compute/backend.hpp"
#include "tests/catch.hpp"
#include "tests/compute/backends_under_test.hpp"
#include "tests/compute/random_vector.hpp"
#include "tests/compute/relative_error.hpp"

using namespace paceline;

TEST_CASE("activations of more values than a launch has threads give the reference's gradients") {
  // 2^24 values behind the first layer, where a grid has 2^20 threads.
  constexpr std::int64_t batch = 64;
  model m("large", {16, 128, 128});
  m.append("bn1", batch_norm_layer{});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("conv", convolution_layer{.channels = 4, .kernel = 1});
  m.append("", average_pool_layer{});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 3});
  const auto images = random_vector(static_cast<std::size_t>(batch * m.input().size()), 1);
  std::vector<std::int32_t> labels;
  for (std::int32_t n = 0; n < batch; ++n)
    labels.push_back(n % 3);
  std::vector<float> parameters(m.parameters().size());
  m.initialise(parameters, 3);
  const auto gradient_on = [&](const backend& device) {
    std::vector<float> gradient(parameters.size());
    device.compile(m, {.batch_size = batch})->loss_and_gradient({images, labels}, parameters, gradient, 1);
    return gradient;
  };
  const auto truth = gradient_on(*make_reference_backend());
  for (const auto& [name, device] : backends_under_test()) {
    CAPTURE(name);
    REQUIRE(relative_error(gradient_on(*device), truth) < 1e-4);
  }
}
