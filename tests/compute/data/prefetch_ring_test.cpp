#include "compute/data/prefetch_ring.hpp"

#include "tests/catch.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

using namespace paceline;

namespace {

// A ring of three whose items are their own numbers, so that a slot tells which item lies in it.
struct numbered_ring {
  std::array<std::uint64_t, 3> slots{};
  prefetch_ring ring{slots.size(), [this](std::uint64_t step, std::size_t slot) { slots[slot] = step; }};

  std::uint64_t get(std::uint64_t step) { return slots[ring.get(step)]; }
};

} // namespace

TEST_CASE("items asked for in order come in order, from the first or from any other") {
  numbered_ring numbers;
  for (std::uint64_t step = 0; step < 1000; ++step)
    REQUIRE(numbers.get(step) == step);
  for (std::uint64_t step = 70; step < 300; ++step)
    REQUIRE(numbers.get(step) == step);
}

TEST_CASE("items asked for in any order are the ones that were asked for") {
  numbered_ring numbers;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto step = i * i % 11;
    REQUIRE(numbers.get(step) == step);
  }
}

TEST_CASE("no item is made that would need the slot of the one that is held") {
  std::atomic<std::uint64_t> asked = 0;
  std::atomic<bool> too_far = false;
  prefetch_ring ring(3, [&](std::uint64_t step, std::size_t) {
    if (step > asked + 2)
      too_far = true;
  });
  for (; asked < 1000; ++asked)
    ring.get(asked);
  REQUIRE(!too_far);
}

TEST_CASE("a slot that is held is not written while the next ones are made") {
  std::array<std::uint64_t, 2> slots{};
  std::promise<void> second_made;
  prefetch_ring ring(2, [&](std::uint64_t step, std::size_t slot) {
    slots[slot] = step;
    if (step == 6)
      second_made.set_value();
  });
  const auto held = ring.get(5);
  second_made.get_future().wait();
  REQUIRE(slots[held] == 5);
  REQUIRE(ring.get(6) != held);
}

TEST_CASE("an exception on the thread reaches the caller, after the items before it") {
  std::array<std::uint64_t, 3> slots{};
  prefetch_ring ring(slots.size(), [&](std::uint64_t step, std::size_t slot) {
    if (step == 4)
      throw std::runtime_error("no item 4");
    slots[slot] = step;
  });
  for (std::uint64_t step = 0; step < 4; ++step)
    REQUIRE(slots[ring.get(step)] == step);
  REQUIRE_THROWS_WITH(ring.get(4), "no item 4");
  REQUIRE_THROWS_WITH(ring.get(0), "no item 4");
}

TEST_CASE("a ring ends at any moment") {
  for (std::uint64_t i = 0; i < 200; ++i) {
    numbered_ring numbers;
    for (std::uint64_t step = 0; step < i % 5; ++step)
      numbers.get(step);
  }
}

TEST_CASE("time is counted as waited only where an item was not ready") {
  std::promise<void> second_started;
  prefetch_ring ring(2, [&](std::uint64_t step, std::size_t) {
    if (step == 1)
      second_started.set_value();
    if (step == 7)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  });
  second_started.get_future().wait();
  ring.get(0);
  REQUIRE(ring.waited().count() == 0);
  ring.get(7);
  REQUIRE(ring.waited() >= std::chrono::milliseconds(20));
}

TEST_CASE("the thread has a name and leaves the core to which its maker is pinned") {
  cpu_set_t allowed;
  REQUIRE(sched_getaffinity(getpid(), sizeof(allowed), &allowed) == 0);

  cpu_set_t found;
  std::array<char, 16> name{};
  std::thread pinned_maker([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t core = 0; CPU_COUNT(&one) == 0; ++core)
      if (CPU_ISSET(core, &allowed))
        CPU_SET(core, &one);
    pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
    prefetch_ring ring(2, [&](std::uint64_t step, std::size_t) {
      if (step == 0) {
        pthread_getaffinity_np(pthread_self(), sizeof(found), &found);
        pthread_getname_np(pthread_self(), name.data(), name.size());
      }
    });
    ring.get(0);
  });
  pinned_maker.join();
  REQUIRE(CPU_EQUAL(&found, &allowed));
  REQUIRE(std::string(name.data()) == "prefetch");
}
