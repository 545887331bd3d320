#include "compute/cuda/cuda_trainer.hpp"

#include "compute/classification_trainer.hpp"
#include "compute/counter_random.hpp"
#include "compute/cuda/cuda_backend.hpp"
#include "compute/data/glyphs.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"
#include "tests/compute/relative_error.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

// Here on the host in the device's place, in tests/gpu/ on a GPU.

using namespace paceline;

namespace {

/// A small network with all that a step has to carry along: dropout's seed, a batch norm's statistics.
model small_network() {
  model m("small", {3, 12, 12});
  m.append("conv1", convolution_layer{.channels = 8, .kernel = 3, .padding = 1, .bias = false});
  m.append("bn1", batch_norm_layer{});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("", dropout_layer{.probability = 0.2});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 10});
  return m;
}

struct job_on_glyphs {
  model network = small_network();
  dataset_ptr data = make_glyphs({.train_size = 200, .test_size = 10});
  sgd_settings optimiser{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-3};

  training_job job() const {
    return {.network = network,
            .loader = {.data = data,
                       .part = {.total = data->train->size(), .count = 2, .index = 1, .seed = 1},
                       .how = {.crop = 12},
                       .batch_size = 8,
                       .seed = 5},
            .optimiser = optimiser,
            .seed = 7};
  }
  std::unique_ptr<trainer> on_device(product_precision precision = product_precision::fp32) const {
    return make_classification_trainer(job(), *cuda::make_backend({.precision = precision}));
  }
  std::unique_ptr<trainer> on_host() const { return make_classification_trainer(job(), *make_reference_backend()); }
  std::size_t size() const { return network.parameters().size(); }
};

std::vector<float> parameters_of(const trainer& worker) {
  std::vector<float> result(worker.layout().size());
  worker.copy_parameters(result);
  return result;
}

void require_alike(const trainer& device, const trainer& host) {
  REQUIRE(device.steps() == host.steps());
  REQUIRE(relative_error(parameters_of(device), parameters_of(host)) < 1e-4);
}

} // namespace

TEST_CASE("a trainer on the device goes the way of one on the host, step by step and pull by pull") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  const auto host = glyphs.on_host();
  REQUIRE(parameters_of(*device) == parameters_of(*host));
  REQUIRE(device->steps_per_epoch() == host->steps_per_epoch());
  const auto near = random_vector(glyphs.size(), 1);
  const auto far = random_vector(glyphs.size(), 2);
  for (std::size_t step = 0; step < 8; ++step) {
    CAPTURE(step);
    const std::array<leader_pull, 2> pulls{leader_pull{near, 0.1f}, leader_pull{far, 0.2f}};
    const pull_source due = [&] { return std::span(pulls).first(step % 3); };
    const auto found = device->step(due);
    const auto expected = host->step(due);
    REQUIRE(found.loss == Approx(expected.loss).epsilon(1e-4));
    REQUIRE(found.finite);
    for (std::size_t k = 0; k < step % 3; ++k)
      REQUIRE(found.pull_distances[k] == Approx(expected.pull_distances[k]).epsilon(1e-4));
    require_alike(*device, *host);
  }
}

TEST_CASE("what changes a device's parameters from outside makes the gradient that was computed ahead anew") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  const auto host = glyphs.on_host();
  const auto leader = random_vector(glyphs.size(), 3);
  const auto both = [&](const auto& act) {
    act(*device);
    act(*host);
    for (int i = 0; i < 2; ++i) {
      const auto loss = device->step(nullptr).loss;
      REQUIRE(loss == Approx(host->step(nullptr).loss).epsilon(1e-4));
    }
    require_alike(*device, *host);
  };
  both([](trainer&) {});
  REQUIRE(device->pull({leader, 0.25f}) == Approx(host->pull({leader, 0.25f})).epsilon(1e-4));
  both([](trainer&) {});
  both([&](trainer& worker) { worker.adopt(leader); });
  both([&](trainer& worker) { worker.set_learning_rate(0.001); });
  const auto state = host->save();
  both([&](trainer& worker) { worker.restore(state); });
}

TEST_CASE("a pull of strength 1 makes a device's parameters those of the leader bit for bit") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  const auto leader = random_vector(glyphs.size(), 3);
  device->step(nullptr);
  device->pull({leader, 1});
  REQUIRE(parameters_of(*device) == leader);
}

TEST_CASE("a trainer on the device goes on from its saved state bit for bit") {
  const job_on_glyphs glyphs;
  const auto whole = glyphs.on_device();
  for (int i = 0; i < 3; ++i)
    whole->step(nullptr);
  const auto state = whole->save();
  REQUIRE(state.steps == 3);
  const auto resumed = glyphs.on_device();
  resumed->restore(state);
  for (int i = 0; i < 3; ++i)
    REQUIRE(resumed->step(nullptr).loss == whole->step(nullptr).loss);
  REQUIRE(parameters_of(*resumed) == parameters_of(*whole));
  REQUIRE(resumed->save().velocity == whole->save().velocity);
}

TEST_CASE("a saved state of another model or optimiser is refused by a device and changes nothing") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  auto state = device->save();
  const auto before = parameters_of(*device);
  state.steps = 9;
  state.parameters[0] = 5;
  state.velocity.pop_back();
  REQUIRE_THROWS_AS(device->restore(state), invalid_input);
  REQUIRE(device->steps() == 0);
  REQUIRE(parameters_of(*device) == before);
}

TEST_CASE("a step whose loss is not finite is counted on a device and changes no parameter") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  auto broken = parameters_of(*device);
  const auto last_bias = static_cast<std::ptrdiff_t>(device->layout().trained_size()) - 1;
  broken[static_cast<std::size_t>(last_bias)] = std::numeric_limits<float>::quiet_NaN();
  device->adopt(broken);
  const auto done = device->step(nullptr);
  REQUIRE(std::isnan(done.loss));
  REQUIRE(device->steps() == 1);
  const auto after = parameters_of(*device);
  REQUIRE(std::equal(after.begin(), after.begin() + last_bias, broken.begin()));
  REQUIRE(std::isnan(after[static_cast<std::size_t>(last_bias)]));
  REQUIRE(std::isnan(device->probe_loss(after)));
}

TEST_CASE("parameters that a device's step made infinite are told, though the loss was finite") {
  job_on_glyphs glyphs;
  glyphs.optimiser.learning_rate = 1e38;
  const auto device = glyphs.on_device();
  auto huge = parameters_of(*device);
  device->step(nullptr);
  const auto done = device->step(nullptr);
  REQUIRE_FALSE((std::isfinite(done.loss) && done.finite));
}

TEST_CASE("others copy a device's parameters as whole steps leave them") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  device->step(nullptr);
  std::vector<float> copied(glyphs.size());
  REQUIRE(device->try_copy_parameters(copied) == 1);
  REQUIRE(copied == parameters_of(*device));
}

TEST_CASE("a device's loss on the probe batch is the host's, and leaves training as it was") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  const auto undisturbed = glyphs.on_device();
  const auto host = glyphs.on_host();
  const auto candidate = parameters_of(*host);
  device->step(nullptr);
  undisturbed->step(nullptr);
  REQUIRE(device->probe_loss(candidate) == Approx(host->probe_loss(candidate)).epsilon(1e-4));
  REQUIRE(device->step(nullptr).loss == undisturbed->step(nullptr).loss);
}

TEST_CASE("a device that computes in bf16 keeps parameters in fp32 and comes near the host's") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device(product_precision::bf16);
  const auto host = glyphs.on_host();
  const auto start = parameters_of(*host);
  REQUIRE(parameters_of(*device) == start);
  for (int i = 0; i < 4; ++i)
    REQUIRE(device->step(nullptr).loss == Approx(host->step(nullptr).loss).epsilon(0.02));
  REQUIRE(relative_error(parameters_of(*device), parameters_of(*host)) < 0.03);
}

TEST_CASE("others may copy a device's parameters at any time, and a trainer may go at any time") {
  const job_on_glyphs glyphs;
  for (int round = 0; round < 3; ++round) {
    const auto device = glyphs.on_device();
    std::atomic<bool> over = false;
    std::atomic<bool> fell = false;
    std::thread other([&] {
      std::vector<float> copied(glyphs.size());
      std::uint64_t steps = 0;
      while (!over)
        if (const auto found = device->try_copy_parameters(copied)) {
          fell = fell || *found < steps;
          steps = *found;
        }
    });
    const auto leader = random_vector(glyphs.size(), 3);
    const std::array<leader_pull, 1> pulls{leader_pull{leader, 0.1f}};
    for (int i = 0; i < 5; ++i)
      device->step([&] { return std::span<const leader_pull>(pulls); });
    over = true;
    other.join();
    REQUIRE_FALSE(fell);
  }
}
