#include "compute/cuda/cuda_trainer.hpp"

#include "compute/counter_random.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/compute/cuda/job_on_glyphs.hpp"
#include "tests/compute/random_vector.hpp"
#include "tests/compute/relative_error.hpp"

#include <array>
#include <cmath>
#include <limits>

// Here on the host in the device's place, in tests/gpu/ on a GPU.

using namespace paceline;

namespace {

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

TEST_CASE("pulls that begin where the step does go the host's way too, beside one behind the step") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  const auto host = glyphs.on_host();
  const auto near = random_vector(glyphs.size(), 1);
  auto small = random_vector(glyphs.size(), 2);
  for (auto& value : small)
    value *= 0.01f;
  for (const auto kind : {pull_kind::with_step, pull_kind::shift, pull_kind::with_step}) {
    const std::array<leader_pull, 2> pulls{leader_pull{near, 0.2f}, leader_pull{small, 0.1f, nullptr, kind}};
    const pull_source due = [&] { return std::span<const leader_pull>(pulls); };
    const auto found = device->step(due);
    const auto expected = host->step(due);
    REQUIRE(found.loss == Approx(expected.loss).epsilon(1e-4));
    for (std::size_t k = 0; k < 2; ++k)
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
  REQUIRE(resumed->save().optimiser.velocity == whole->save().optimiser.velocity);
}

TEST_CASE("a saved state of another model or optimiser is refused by a device and changes nothing") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  auto state = device->save();
  const auto before = parameters_of(*device);
  state.steps = 9;
  state.parameters[0] = 5;
  state.optimiser.velocity.pop_back();
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

TEST_CASE("a parameter that a pull on the device makes infinite is told, though the loss was finite") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  auto leader = parameters_of(*device);
  leader[3] = std::numeric_limits<float>::infinity();
  const std::array<leader_pull, 1> pulls{leader_pull{leader, 1}};
  const auto done = device->step([&] { return std::span<const leader_pull>(pulls); });
  REQUIRE(std::isfinite(done.loss));
  REQUIRE_FALSE(done.finite);
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

TEST_CASE("what computes in bf16 goes on from a pull alone as from parameters that it was given") {
  const job_on_glyphs glyphs;
  const auto leader = random_vector(glyphs.size(), 3);
  const auto pulled = glyphs.on_device(product_precision::bf16);
  const auto given = glyphs.on_device(product_precision::bf16);
  pulled->pull({leader, 1});
  given->adopt(leader);
  REQUIRE(pulled->step(nullptr).loss == given->step(nullptr).loss);
}

TEST_CASE("TF32 comes near the host's") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device(product_precision::tf32);
  const auto host = glyphs.on_host();
  for (int i = 0; i < 4; ++i)
    REQUIRE(device->step(nullptr).loss == Approx(host->step(nullptr).loss).epsilon(0.01));
  REQUIRE(relative_error(parameters_of(*device), parameters_of(*host)) < 0.01);
}

TEST_CASE("pictures that are not kept on the device come over batch by batch and train as those that are") {
  /// The same pictures, and no way to know that they lie in memory.
  struct unknown_place final : picture_set {
    explicit unknown_place(std::shared_ptr<const picture_set> known) : pictures(std::move(known)) {}
    std::size_t size() const override { return pictures->size(); }
    std::int32_t label(std::size_t index) const override { return pictures->label(index); }
    void require_fit(const augmentation& how) const override { pictures->require_fit(how); }
    bool prepare_for_training(std::size_t index, const augmentation& how, std::uint64_t seed,
                              std::span<float> out) const override {
      return pictures->prepare_for_training(index, how, seed, out);
    }
    bool prepare_for_test(std::size_t index, const augmentation& how, std::span<float> out) const override {
      return pictures->prepare_for_test(index, how, out);
    }
    std::string extent() const override { return pictures->extent(); }
    std::size_t memory_bytes() const override { return pictures->memory_bytes(); }
    std::shared_ptr<const picture_set> pictures;
  };
  job_on_glyphs glyphs;
  const auto kept = glyphs.on_device();
  auto data = std::make_shared<dataset>(*glyphs.data);
  data->train = std::make_shared<unknown_place>(glyphs.data->train);
  glyphs.data = data;
  const auto streamed = glyphs.on_device();
  for (int i = 0; i < 4; ++i)
    REQUIRE(streamed->step(nullptr).loss == Approx(kept->step(nullptr).loss).epsilon(1e-5));
  REQUIRE(relative_error(parameters_of(*streamed), parameters_of(*kept)) < 1e-5);
}
