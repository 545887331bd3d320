#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/device/event.hpp"
#include "compute/cuda/device/pinned_memory.hpp"
#include "compute/cuda/device/recorded_work.hpp"
#include "tests/catch.hpp"

#include <stdexcept>

// The host in the device's place does things as late as a device may: the other tests rest on that.

using namespace paceline::cuda;

namespace {

struct two_streams {
  stream first{0};
  stream second{0};
  device_memory there{0, sizeof(int), "a number"};
  pinned_memory pinned{0, sizeof(int)};

  int read(stream& queue) {
    int value = 0;
    queue.copy(&value, there.data(), sizeof value);
    return value;
  }
  int& number() { return *pinned.as<int>(); }
  void put_number(stream& queue) { queue.copy(there.data(), pinned.data(), sizeof(int)); }
};

} // namespace

TEST_CASE("an emulated device reads pinned memory as late as it may, and other memory at once") {
  two_streams t;
  t.number() = 1;
  t.put_number(t.first);
  t.number() = 2;
  REQUIRE(t.read(t.first) == 2);
  int value = 3;
  t.first.copy(t.there.data(), &value, sizeof value);
  value = 4;
  REQUIRE(t.read(t.first) == 3);
}

TEST_CASE("an emulated device's streams wait for each other's events alone") {
  two_streams t;
  t.first.clear(t.there.data(), sizeof(int));
  t.first.wait();
  t.number() = 5;
  t.put_number(t.first);
  REQUIRE(t.read(t.second) == 0);
  event put(0);
  put.record(t.first);
  SECTION("a stream") {
    put.hold_back(t.second);
    REQUIRE(t.read(t.second) == 5);
  }
  SECTION("the host") {
    put.wait();
    REQUIRE(t.read(t.second) == 5);
  }
}

TEST_CASE("an emulated recording is put together once, and refuses what CUDA refuses") {
  two_streams t;
  int calls = 0;
  const recorded_work work(t.first, [&](stream& queue) {
    ++calls;
    t.put_number(queue);
  });
  for (const int value : {6, 7}) {
    t.number() = value;
    work.launch(t.second);
    REQUIRE(t.read(t.second) == value);
  }
  REQUIRE(calls == 1);
  REQUIRE_THROWS_AS(recorded_work(t.first, [](stream& queue) { queue.wait(); }), std::logic_error);
  REQUIRE_THROWS_AS(recorded_work(t.first, [](stream&) { const device_memory more(0, 4, "more"); }), std::logic_error);
  int pageable = 0;
  REQUIRE_THROWS_AS(
    recorded_work(t.first, [&](stream& queue) { queue.copy(t.there.data(), &pageable, sizeof pageable); }),
    std::logic_error);
  REQUIRE(calls == 1);
}
