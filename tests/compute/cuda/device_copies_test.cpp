#include "tests/catch.hpp"
#include "tests/compute/cuda/job_on_glyphs.hpp"
#include "tests/compute/random_vector.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

// Here on the host in the device's place, in tests/gpu/ on a GPU.

using namespace paceline;

TEST_CASE("others copy a device's parameters as whole steps leave them") {
  const job_on_glyphs glyphs;
  const auto device = glyphs.on_device();
  device->step(nullptr);
  std::vector<float> copied(glyphs.size());
  const auto copy = device->try_copy_parameters(copied);
  REQUIRE(copy);
  REQUIRE(copy->steps == 1);
  REQUIRE(copied == parameters_of(*device));
}

TEST_CASE("a pull toward a copy on the same device reads nothing of the host's") {
  const job_on_glyphs glyphs;
  const auto leader = glyphs.on_device();
  const auto follower = glyphs.on_device();
  leader->step(nullptr);
  std::vector<float> copied(glyphs.size());
  const auto copy = leader->try_copy_parameters(copied);
  REQUIRE(copy);
  // What a leader does afterwards is not in its copy.
  leader->step(nullptr);
  const std::vector<float> not_read(glyphs.size(), 7);
  const std::array<leader_pull, 1> pulls{leader_pull{not_read, 1, copy->on_device.get()}};
  SECTION("within a step") {
    follower->step([&] { return std::span<const leader_pull>(pulls); });
  }
  SECTION("alone") {
    follower->pull(pulls[0]);
  }
  REQUIRE(parameters_of(*follower) == copied);
}

TEST_CASE("a pull toward a copy on another device reads the host's") {
  struct elsewhere : device_copy {
    const float* on(std::string_view name) const override { return name == "cuda:9" ? &value : nullptr; }
    float value = 0;
  };
  const job_on_glyphs glyphs;
  const auto follower = glyphs.on_device();
  const auto leader = random_vector(glyphs.size(), 3);
  const elsewhere copy;
  follower->pull({leader, 1, &copy});
  REQUIRE(parameters_of(*follower) == leader);
}

TEST_CASE("copies on a device outlive who made them, and their places are used again") {
  const job_on_glyphs glyphs;
  const auto follower = glyphs.on_device();
  std::vector<float> copied(glyphs.size());
  std::shared_ptr<const device_copy> copy;
  {
    const auto leader = glyphs.on_device();
    leader->step(nullptr);
    copy = leader->try_copy_parameters(copied)->on_device;
  }
  follower->pull({copied, 1, copy.get()});
  REQUIRE(parameters_of(*follower) == copied);

  const auto* place = copy->on("cuda:0");
  REQUIRE(follower->try_copy_parameters(copied)->on_device->on("cuda:0") != place);
  copy.reset();
  const auto again = follower->try_copy_parameters(copied)->on_device;
  const auto more = follower->try_copy_parameters(copied)->on_device;
  REQUIRE((again->on("cuda:0") == place || more->on("cuda:0") == place));
}

TEST_CASE("copies that others take of a device's parameters at any time are of whole steps") {
  const job_on_glyphs glyphs;
  constexpr std::size_t steps = 200;
  const auto leader = random_vector(glyphs.size(), 3);
  const std::array<leader_pull, 1> pulls{leader_pull{leader, 0.1f}};
  const pull_source due = [&] { return std::span<const leader_pull>(pulls); };
  std::vector<std::vector<float>> after;
  {
    const auto undisturbed = glyphs.on_device();
    after.push_back(parameters_of(*undisturbed));
    for (std::size_t i = 0; i < steps; ++i) {
      undisturbed->step(due);
      after.push_back(parameters_of(*undisturbed));
    }
  }
  // Between steps, and in the midst of them.
  for (const std::size_t awaited : {12u, 0u}) {
    const auto device = glyphs.on_device();
    std::atomic<bool> over = false;
    std::atomic<std::size_t> copies = 0;
    std::atomic<int> torn = 0;
    std::thread other([&] {
      std::vector<float> copied(glyphs.size());
      while (!over)
        if (const auto found = device->try_copy_parameters(copied)) {
          ++copies;
          torn += copied == after[found->steps] ? 0 : 1;
        }
    });
    for (std::size_t i = 0; i < steps; ++i) {
      // A machine may be too busy to run both threads for a while.
      for (int patience = 0; i < awaited && copies <= i && patience < 5000; ++patience)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      device->step(due);
    }
    // The other one may have had no turn yet.
    for (int patience = 0; copies == 0 && patience < 5000; ++patience)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    over = true;
    other.join();
    REQUIRE(copies > 0);
    REQUIRE(copies >= awaited);
    REQUIRE(torn == 0);
  }
}
