#include "compute/cpu/timed_chooser.hpp"

#include "compute/cpu/convolution_timing.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/instruction_sets.hpp"
#include "tests/catch.hpp"

#include <atomic>
#include <new>
#include <stdexcept>
#include <thread>

using namespace paceline;
using namespace paceline::cpu;
using namespace std::chrono_literals;
using algorithm = convolution_algorithm;

namespace {

constexpr convolution_layer what{.channels = 32, .kernel = 3, .padding = 1};
constexpr pass_set all_passes{true, true, true};

model one_convolution(std::int64_t side = 8) {
  model m("m", {32, side, side});
  m.append("it", what);
  return m;
}

convolution_task task_of(const model& m, const pass_set& passes = all_passes, std::int64_t batch = 4) {
  return {m.layers()[0], what, batch, 1, passes};
}

} // namespace

TEST_CASE("each pass gets what was fastest for it") {
  if (!processor_has_avx512())
    return;
  const auto m = one_convolution();
  const timed_chooser chooser([](const auto&, algorithm which, const pass_set& passes, auto) {
    if (passes.forward)
      return which == algorithm::winograd ? 1ms : 2ms;
    if (passes == pass_set{false, true, true})
      return 100ms;
    if (passes.backward_weights)
      return which == algorithm::direct ? 1ms : 2ms;
    return which == algorithm::filtering ? 1ms : 2ms;
  });
  REQUIRE(chooser.choose(task_of(m))
          == convolution_choice{algorithm::winograd, algorithm::direct, algorithm::filtering});
}

TEST_CASE("products of bf16 compete where they are allowed and the processor has them") {
  const auto m = one_convolution();
  const auto choice_of = [&](product_precision precision) {
    const timed_chooser chooser(
      [](const auto&, algorithm which, const auto&, auto) { return which == algorithm::direct_bf16 ? 1ms : 9ms; },
      precision);
    return chooser.choose(task_of(m));
  };
  constexpr auto rounded = algorithm::direct_bf16;
  REQUIRE((choice_of(product_precision::bf16) == convolution_choice{rounded, rounded, rounded})
          == onednn::has_bf16_instructions());
  const auto exact = choice_of(product_precision::fp32);
  REQUIRE(exact.passes_of(rounded, all_passes) == pass_set{});
}

TEST_CASE("our own computes both gradients where together they cost least") {
  const auto m = one_convolution();
  const timed_chooser chooser([](const auto&, algorithm which, const pass_set& passes, auto) {
    if (passes == pass_set{false, true, true})
      return 3ms;
    return which == algorithm::filtering ? 4ms : 2ms;
  });
  const auto choice = chooser.choose(task_of(m));
  REQUIRE(choice.backward_weights == algorithm::filtering);
  REQUIRE(choice.backward_data == algorithm::filtering);
  REQUIRE(choice.forward != algorithm::filtering);
}

TEST_CASE("a shape is timed once for all threads, networks that only test included, and another shape for itself") {
  std::atomic<int> calls = 0;
  const timed_chooser chooser([&](const auto&, algorithm, const pass_set&, auto) {
    ++calls;
    // Each time another one is the fastest.
    return std::chrono::nanoseconds(1000 - calls);
  });
  const auto m = one_convolution();
  const auto first = chooser.choose(task_of(m));
  const int calls_for_one = calls;
  REQUIRE(calls_for_one > 0);
  std::vector<convolution_choice> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& choice : found)
      threads.emplace_back([&] { choice = chooser.choose(task_of(m)); });
  }
  for (const auto& choice : found)
    REQUIRE(choice == first);
  REQUIRE(chooser.choose(task_of(m, {.forward = true})).forward == first.forward);
  REQUIRE(calls == calls_for_one);
  (void)chooser.choose(task_of(m, all_passes, 8));
  REQUIRE(calls > calls_for_one);
}

TEST_CASE("an algorithm that cannot be timed is not chosen, and a direct one that cannot says why") {
  const auto m = one_convolution();
  const timed_chooser chooser([](const auto&, algorithm which, const pass_set&, auto) -> std::chrono::nanoseconds {
    if (which != algorithm::direct)
      throw std::bad_alloc();
    return 1ms;
  });
  REQUIRE(chooser.choose(task_of(m)) == convolution_choice{});
  const timed_chooser none([](const auto&, algorithm, const pass_set&, auto) -> std::chrono::nanoseconds {
    throw std::runtime_error("no way");
  });
  REQUIRE_THROWS_WITH(none.choose(task_of(m)), "no way");
}

TEST_CASE("our own does a max-pool's work where it beats every other algorithm with the pool behind it") {
  if (!can_compute(algorithm::filtering, task_of(one_convolution())))
    return;
  const auto m = one_convolution();
  auto task = task_of(m);
  task.pooled = true;
  const convolution_choice only_own{algorithm::filtering, algorithm::filtering, algorithm::filtering};
  const auto own_takes = [&](std::chrono::nanoseconds time) {
    return timed_chooser(
      [time](const auto&, algorithm which, const pass_set& passes, auto) -> std::chrono::nanoseconds {
        if (passes == all_passes)
          return which == algorithm::filtering ? time : which == algorithm::winograd ? 6ms : 9ms;
        // Pass by pass, where the pool does not count, another one is faster.
        return which == algorithm::filtering ? 3ms : 2ms;
      });
  };
  REQUIRE(own_takes(5ms).choose(task) == only_own);
  if (can_compute(algorithm::winograd, task))
    REQUIRE_FALSE(own_takes(7ms).choose(task) == only_own);
  REQUIRE_FALSE(own_takes(10ms).choose(task) == only_own);
}

TEST_CASE("a first convolution is done by the fastest of both of ours and the others") {
  model m("m", {3, 8, 8});
  constexpr convolution_layer first{.channels = 32, .kernel = 5};
  m.append("it", first);
  convolution_task task{m.layers()[0], first, 4, 1, {.forward = true, .backward_weights = true}};
  task.pooled = true;
  const auto fastest = [&](algorithm fastest_one) {
    return timed_chooser(
             [=](const auto&, algorithm which, const pass_set&, auto) { return which == fastest_one ? 1ms : 2ms; })
      .choose(task);
  };
  for (const auto which : {algorithm::direct, algorithm::filtering, algorithm::few_channels})
    REQUIRE(fastest(which) == convolution_choice{which, which, which});
}

TEST_CASE("an algorithm that is far too slow is run once, and every one that there is can be timed") {
  const auto m = one_convolution();
  for (const auto which : {algorithm::direct, algorithm::winograd, algorithm::filtering})
    if (can_compute(which, task_of(m)))
      for (const auto limit : {std::chrono::nanoseconds(0), std::chrono::nanoseconds::max()})
        REQUIRE(time_convolution(task_of(m), which, all_passes, limit) > 0ns);
  model first("m", {3, 8, 8});
  first.append("it", what);
  for (const bool pooled : {false, true}) {
    convolution_task task{first.layers()[0], what, 4, 1, {.forward = true, .backward_weights = true}};
    task.pooled = pooled;
    REQUIRE(time_convolution(task, algorithm::few_channels, task.passes, std::chrono::nanoseconds::max()) > 0ns);
  }
}
