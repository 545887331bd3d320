#include "actors/strategies/centre_strategies.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <numeric>

using namespace paceline;

namespace {

contribution gives(std::uint32_t worker, std::vector<float> values, bool first = false) {
  return {.worker = {0, worker},
          .number = worker + 1,
          .first = first,
          .values = std::make_shared<const std::vector<float>>(std::move(values))};
}

std::unique_ptr<centre_rule> made(const centre_settings& settings, std::size_t workers, std::size_t trained = 1) {
  return settings.make_rule({.workers = workers, .trained = trained});
}

} // namespace

TEST_CASE("every centre begins at the mean of the starts, and answers whom it was given by") {
  for (const auto& settings : {easgd{}.settings(), easgd{.synchronous = true}.settings(), downpour{}.settings(),
                               local_sgd{}.settings(), diloco{}.settings()}) {
    const auto rule = made(settings, 2);
    const auto answers = rule->answer(std::vector{gives(0, {1}, true), gives(1, {3}, true)});
    REQUIRE(rule->state().parameters.size() == 1);
    REQUIRE(std::abs(rule->state().parameters[0] - 2) < 0.2);
    REQUIRE(answers.size() == 2);
    for (std::uint32_t i = 0; i < 2; ++i) {
      REQUIRE(answers[i].worker == worker_id{0, i});
      REQUIRE(answers[i].number == i + 1);
    }
  }
}

TEST_CASE("asynchronous EASGD moves worker and centre toward each other by the same") {
  const auto rule = made(easgd{.alpha = 0.25}.settings(), 2);
  rule->restore({.parameters = {1, -1}});
  const auto answers = rule->answer(std::vector{gives(0, {5, -1})});
  REQUIRE(answers[0].use == answer_use::shift);
  REQUIRE(*answers[0].values == std::vector<float>{-1, 0});
  REQUIRE(rule->state().parameters == std::vector<float>{2, -1});
  REQUIRE(answers[0].distance == 4);
  // The next one meets the centre as it is now.
  REQUIRE(*rule->answer(std::vector{gives(1, {6, -1})})[0].values == std::vector<float>{-1, 0});
}

TEST_CASE("synchronous EASGD answers all by the centre before, and moves it to their mean by beta") {
  const auto rule = made(easgd{.beta = 0.5, .synchronous = true}.settings(), 2);
  rule->restore({.parameters = {1}});
  const auto answers = rule->answer(std::vector{gives(0, {5}), gives(1, {3})});
  REQUIRE((*answers[0].values)[0] == -1); // alpha is beta / 2
  REQUIRE((*answers[1].values)[0] == -0.5f);
  REQUIRE(rule->state().parameters[0] == 2.5f);
}

TEST_CASE("without gradients EASGD keeps the sum of workers and centre, where beta is p alpha") {
  for (const bool synchronous : {false, true}) {
    const std::size_t workers = 3;
    const auto rule = made(easgd{.beta = 0.6, .synchronous = synchronous}.settings(), workers);
    std::vector<float> x{1, -4, 7.5f};
    const auto round = [&](bool first) {
      std::vector<contribution> given;
      for (std::uint32_t i = 0; i < workers; ++i)
        given.push_back(gives(i, {x[i]}, first));
      for (const auto& answer : rule->answer(given))
        x[answer.worker.index] += (*answer.values)[0];
    };
    const auto sum = [&] { return std::accumulate(x.begin(), x.end(), 0.0) + rule->state().parameters[0]; };
    round(true);
    const auto before = sum();
    for (int i = 0; i < 20; ++i) {
      round(false);
      REQUIRE(sum() == Approx(before).epsilon(1e-5));
    }
  }
}

TEST_CASE("EASGD is stable below the bounds that it tells, and grows above them") {
  // On f = x²/2, one worker.
  const auto grows = [](const easgd& how, double rate) {
    const auto rule = made(how.settings(), 1);
    rule->restore({.parameters = {-1}});
    double x = 1;
    for (int i = 0; i < 400; ++i) {
      const auto answer = rule->answer(std::vector{gives(0, {static_cast<float>(x)})});
      x += (*answer[0].values)[0] - rate * x;
    }
    return !(std::abs(x) < 1);
  };
  const double rate = 0.4;
  const auto bound = easgd{}.largest_stable_alpha(rate);
  REQUIRE(bound == Approx((4 - 0.8) / 3.6));
  REQUIRE_FALSE(grows({.alpha = bound - 0.05}, rate));
  REQUIRE(grows({.alpha = bound + 0.05}, rate));
}

TEST_CASE("DOWNPOUR adds what a worker moved by, and sets it onto the centre") {
  const auto rule = made(downpour{}.settings(), 2, 2);
  rule->restore({.parameters = {10, 0}, .anchors = {{{0, 0}, {8, 0}}, {{0, 1}, {9, 0}}}});
  const auto first = rule->answer(std::vector{gives(0, {7, 0})});
  REQUIRE(rule->state().parameters[0] == 9); // 10 + (7 − 8)
  REQUIRE((*first[0].values)[0] == 2);       // from 7 to 9
  const auto second = rule->answer(std::vector{gives(1, {9.5f, 0})});
  REQUIRE(rule->state().parameters[0] == 9.5f);
  REQUIRE((*second[0].values)[0] == 0);
  // Who is new has not moved from an anchor of somebody else.
  rule->answer(std::vector{gives(0, {100, 0}, true)});
  REQUIRE(rule->state().parameters[0] == 9.5f);
}

TEST_CASE("local SGD and DiLoCo put all workers onto the centre") {
  const auto averages = made(local_sgd{}.settings(), 2);
  averages->restore({.parameters = {0}});
  const auto answers = averages->answer(std::vector{gives(0, {1}), gives(1, {4})});
  REQUIRE(answers[1].use == answer_use::replace);
  REQUIRE(*answers[1].values == std::vector<float>{2.5f});

  const auto outer = made(diloco{.outer_learning_rate = 0.5, .outer_momentum = 0.5}.settings(), 2);
  outer->restore({.parameters = {4}});
  // Δ = 2, b = 2: 4 − 0.5 (2 + 1) = 2.5; then Δ = 0.5, b = 1.5: 2.5 − 0.5 (0.5 + 0.75).
  REQUIRE(*outer->answer(std::vector{gives(0, {1}), gives(1, {3})})[0].values == std::vector<float>{2.5f});
  REQUIRE(*outer->answer(std::vector{gives(0, {2}), gives(1, {2})})[1].values == std::vector<float>{1.875f});
  REQUIRE(outer->state().momentum == std::vector<float>{1.5f});
}

TEST_CASE("DiLoCo takes no steps from a worker that has just begun") {
  const auto outer = made(diloco{.outer_learning_rate = 1, .outer_momentum = 0}.settings(), 2);
  outer->restore({.parameters = {4}});
  const auto answers = outer->answer(std::vector{gives(0, {3}), gives(1, {100}, true)});
  REQUIRE(*answers[1].values == std::vector<float>{3});
}

TEST_CASE("local SGD and synchronous EASGD take no part of their mean from a worker that has just begun") {
  const auto averages = made(local_sgd{}.settings(), 2);
  averages->restore({.parameters = {4}});
  const auto answers = averages->answer(std::vector{gives(0, {3}), gives(1, {100}, true)});
  REQUIRE(*answers[1].values == std::vector<float>{3});

  const auto elastic = made(easgd{.beta = 0.5, .synchronous = true}.settings(), 2);
  elastic->restore({.parameters = {4}});
  const auto pulls = elastic->answer(std::vector{gives(0, {2}), gives(1, {100}, true)});
  REQUIRE(elastic->state().parameters[0] == 3);
  REQUIRE((*pulls[1].values)[0] == -24);
}

TEST_CASE("what the others have done counts once where DOWNPOUR has helped a worker") {
  const auto rule = made(downpour{}.settings(), 2);
  rule->restore({.parameters = {10}, .anchors = {{{0, 0}, {10}}, {{0, 1}, {2}}}});
  rule->answer(std::vector{contribution{.worker = {0, 1}, .number = 9}});
  // It has gone on from 10, and moved by 1.
  rule->answer(std::vector{gives(1, {11})});
  REQUIRE(rule->state().parameters[0] == 11);
}

TEST_CASE("statistics behind the trained numbers are averaged and never overshoot") {
  for (const auto& settings : {downpour{}.settings(), diloco{.outer_momentum = 0.9}.settings()}) {
    const auto rule = made(settings, 2);
    rule->restore({.parameters = {0, 1}, .anchors = {{{0, 0}, {0, 1}}, {{0, 1}, {0, 1}}}});
    for (int i = 0; i < 5; ++i)
      rule->answer(std::vector{gives(0, {0, 3}), gives(1, {0, 5})});
    REQUIRE(rule->state().parameters[1] > 2);
    REQUIRE(rule->state().parameters[1] <= 5);
  }
}

TEST_CASE("gradients are answered by their mean") {
  const auto rule = made(sync_sgd{}.settings(), 2, 2);
  const auto answers = rule->answer(std::vector{gives(0, {1, 2}), gives(1, {3, 6})});
  REQUIRE(answers[0].use == answer_use::gradient);
  REQUIRE(*answers[0].values == std::vector<float>{2, 4});
  REQUIRE(answers[1].values == answers[0].values);
  REQUIRE(rule->state().parameters.empty());
}

TEST_CASE("a worker without finite numbers spoils nothing, and is helped by what the centre has") {
  const contribution broken{.worker = {0, 1}, .number = 9};
  const auto elastic = made(easgd{.alpha = 0.5}.settings(), 2);
  elastic->restore({.parameters = {4}});
  const auto answers = elastic->answer(std::vector{broken});
  REQUIRE(elastic->state().parameters[0] == 4);
  REQUIRE(answers[0].use == answer_use::replace);
  REQUIRE(*answers[0].values == std::vector<float>{4});
  REQUIRE(answers[0].number == 9);

  const auto gradients = made(sync_sgd{}.settings(), 2);
  const auto mean = gradients->answer(std::vector{gives(0, {3}), broken});
  REQUIRE(*mean[1].values == std::vector<float>{3});
  REQUIRE(gradients->answer(std::vector{broken})[0].values == nullptr);
}
