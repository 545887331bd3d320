#include "compute/optimiser.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <array>
#include <cmath>
#include <vector>

using namespace paceline;

namespace {

parameter_layout two_slices(std::int64_t first, std::int64_t second) {
  parameter_layout layout;
  layout.append("a", {first});
  layout.append("b", {second});
  return layout;
}

/// Steps on gradients that are told, whatever the parameters are.
std::vector<float> after(const optimiser_settings& settings, std::vector<float> x,
                         const std::vector<std::vector<float>>& gradients) {
  parameter_layout layout;
  layout.append("x", {static_cast<std::int64_t>(x.size())});
  const auto made = make_optimiser(settings, layout);
  for (auto gradient : gradients) {
    made->look_from(x);
    made->step(x, gradient, settings.learning_rate, {}, {});
  }
  return x;
}

} // namespace

TEST_CASE("looking ahead with no momentum is plain SGD bit for bit") {
  const auto layout = two_slices(1000, 31);
  const optimiser_settings plain{.learning_rate = 0.05, .weight_decay = 1e-3};
  auto ahead = plain;
  ahead.kind = optimiser_kind::lookahead;
  const auto one = make_optimiser(plain, layout), other = make_optimiser(ahead, layout);
  auto x = random_vector(1031, 1), y = x;
  for (std::uint64_t step = 0; step < 5; ++step) {
    auto gradient = random_vector(1031, 2 + step), same = gradient;
    one->step(x, gradient, 0.05, {}, {});
    REQUIRE(other->look_from(y).size() == y.size());
    other->step(y, same, 0.05, {}, {});
    REQUIRE(x == y);
  }
}

TEST_CASE("looking ahead takes the gradient where momentum leads, and moves by the velocity") {
  // f = x²/2, so g(y) = y: v1 = −0.5·1, x1 = 0.5; ahead 0.5 − 0.25 = 0.25; v2 = −0.25 − 0.125, x2 = 0.125.
  parameter_layout layout;
  layout.append("x", {1});
  const auto made = make_optimiser({.kind = optimiser_kind::lookahead, .learning_rate = 0.5, .momentum = 0.5}, layout);
  std::vector<float> x{1};
  for (const float expected : {0.5f, 0.125f}) {
    std::vector<float> gradient{made->look_from(x)[0]};
    made->step(x, gradient, 0.5, {}, {});
    REQUIRE(x[0] == expected);
  }
}

TEST_CASE("LARS moves each slice by its own length over that of its gradient") {
  const auto layout = two_slices(2, 2);
  const auto made =
    make_optimiser({.kind = optimiser_kind::lars, .learning_rate = 2, .weight_decay = 0.5, .trust = 0.1}, layout);
  // ‖x‖ = 5, ‖g‖ = 10: the share is 0.1·5 / (10 + 0.5·5) = 0.04. The second slice begins at nothing: its share is 1.
  std::vector<float> x{3, 4, 0, 0}, gradient{6, 8, 1, 0};
  made->step(x, gradient, 2, {}, {});
  REQUIRE(x[0] == Approx(3 - 2 * 0.04 * (6 + 1.5)));
  REQUIRE(x[1] == Approx(4 - 2 * 0.04 * (8 + 2)));
  REQUIRE(x[2] == Approx(-2));
  REQUIRE(x[3] == 0);
}

TEST_CASE("LARS stays finite where a gradient is next to nothing") {
  const auto made = make_optimiser({.kind = optimiser_kind::lars, .weight_decay = 0, .trust = 0.001}, two_slices(1, 1));
  std::vector<float> x{3, 0}, gradient{1e-44f, 0};
  made->step(x, gradient, 0.1, {}, {});
  REQUIRE(x[0] == 3);
}

TEST_CASE("AdamW follows its recurrence computed in double") {
  const optimiser_settings s{.kind = optimiser_kind::adamw, .learning_rate = 0.01, .weight_decay = 0.1};
  const std::vector<double> gradients{0.5, -0.25, 1.5};
  std::vector<std::vector<float>> given;
  double x = 1, m = 0, v = 0;
  for (std::size_t t = 1; t <= gradients.size(); ++t) {
    const auto g = gradients[t - 1];
    given.push_back({static_cast<float>(g)});
    x *= 1 - 0.01 * 0.1;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    x -= 0.01 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
  }
  REQUIRE(after(s, {1}, given)[0] == Approx(x).epsilon(1e-6));
  // The first step is of the learning rate's size, whatever the gradient's.
  REQUIRE(after({.kind = optimiser_kind::adamw, .learning_rate = 0.01}, {0}, {{1e-3f}})[0]
          == Approx(-0.01).epsilon(1e-4));
}

TEST_CASE("a gradient that is too long is cut to its allowed length, and another one is left as it is") {
  REQUIRE(after({.learning_rate = 1, .clip = 1}, {0, 0}, {{30, 40}})[0] == Approx(-0.6));
  REQUIRE(after({.learning_rate = 1, .clip = 1}, {0, 0}, {{0.3f, 0.4f}})[0] == -0.3f);
}

TEST_CASE("what an optimiser remembers can be put into another one, and be forgotten") {
  for (const auto kind :
       {optimiser_kind::sgd, optimiser_kind::lookahead, optimiser_kind::lars, optimiser_kind::adamw}) {
    const optimiser_settings settings{.kind = kind, .learning_rate = 0.1, .momentum = 0.9, .weight_decay = 1e-3};
    const auto layout = two_slices(5, 3);
    const auto one = make_optimiser(settings, layout), other = make_optimiser(settings, layout);
    REQUIRE((one->state().velocity.empty() ? 0u : 1u) + (one->state().second_moment.empty() ? 0u : 1u)
            == settings.moments());
    auto x = random_vector(8, 1);
    const auto step = [](optimiser& by, std::vector<float>& at, std::uint64_t seed) {
      auto gradient = random_vector(8, seed);
      by.look_from(at);
      by.step(at, gradient, 0.1, {}, {});
    };
    step(*one, x, 2);
    other->set_state(one->state());
    auto y = x, fresh = x;
    step(*one, x, 3);
    step(*other, y, 3);
    REQUIRE(x == y);
    other->forget();
    const auto unused = make_optimiser(settings, layout);
    auto anew = fresh;
    step(*other, fresh, 4);
    step(*unused, anew, 4);
    REQUIRE(fresh == anew);
  }
}

TEST_CASE("buffers take the gradient's values under every optimiser") {
  parameter_layout layout;
  layout.append("w", {2});
  layout.append_buffer("mean", {1});
  for (const auto kind :
       {optimiser_kind::sgd, optimiser_kind::lookahead, optimiser_kind::lars, optimiser_kind::adamw}) {
    const auto made = make_optimiser({.kind = kind, .weight_decay = 0.5, .clip = 0.1}, layout);
    std::vector<float> x{1, 1, 1}, gradient{0.5f, 0.5f, 7};
    made->look_from(x);
    made->step(x, gradient, 0.1, {}, {});
    REQUIRE(x[2] == 7);
  }
}

TEST_CASE("a pull with the step starts where the step started, and one behind it where that ended") {
  parameter_layout layout;
  layout.append("x", {2});
  const std::vector<float> target{0, 0}, by{0.5f, -0.5f};
  for (const auto kind : {optimiser_kind::sgd, optimiser_kind::lookahead}) {
    const auto made = make_optimiser({.kind = kind, .learning_rate = 1}, layout);
    const auto moved = [&](const leader_pull& pull) {
      std::vector<float> x{4, 8}, gradient{2, 2};
      double distance = 0;
      made->forget();
      made->look_from(x);
      made->step(x, gradient, 1, std::array{pull}, std::span(&distance, 1));
      return std::pair(x, distance);
    };
    const auto behind = moved({target, 0.5f});
    REQUIRE(behind.first == std::vector<float>{1, 3});
    REQUIRE(behind.second == Approx(std::hypot(2, 6)));
    const auto with = moved({target, 0.5f, nullptr, pull_kind::with_step});
    REQUIRE(with.first == std::vector<float>{0, 2});
    REQUIRE(with.second == Approx(std::hypot(4, 8)));
    const auto shifted = moved({by, 0, nullptr, pull_kind::shift});
    REQUIRE(shifted.first == std::vector<float>{2.5f, 5.5f});
    REQUIRE(shifted.second == Approx(std::sqrt(0.5)));
  }
}
