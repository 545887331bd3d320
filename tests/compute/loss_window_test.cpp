#include "compute/loss_window.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <limits>

using namespace paceline;

TEST_CASE("a loss window is full from its length on and never before") {
  loss_window window(3);
  REQUIRE(std::isnan(window.mean()));
  for (int i = 0; i < 3; ++i) {
    REQUIRE_FALSE(window.full());
    window.push(1);
  }
  REQUIRE(window.full());
  window.push(1);
  REQUIRE(window.full());
}

TEST_CASE("a window that is not full averages what is there, not zeros") {
  loss_window window(10);
  window.push(2);
  window.push(4);
  REQUIRE(window.mean() == 3);
}

TEST_CASE("a full window forgets the oldest loss first") {
  loss_window window(3);
  for (const double loss : {1.0, 2.0, 3.0, 4.0, 5.0})
    window.push(loss);
  REQUIRE(window.values() == std::vector<double>{3, 4, 5});
  REQUIRE(window.mean() == 4);
}

TEST_CASE("a loss that is not finite passes through the mean until it has left the window") {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    loss_window window(2);
    window.push(bad);
    window.push(1);
    REQUIRE_FALSE(std::isfinite(window.mean()));
    window.push(2);
    REQUIRE(window.mean() == 1.5);
  }
}

TEST_CASE("a window restored from its values has the same mean bit for bit and goes on alike") {
  loss_window window(3);
  for (const double loss : {0.1, 0.7, 1e17, -1e17, 0.3})
    window.push(loss);
  loss_window restored(3);
  restored.push(9);
  restored.assign(window.values());
  REQUIRE(restored.mean() == window.mean());
  window.push(0.9);
  restored.push(0.9);
  REQUIRE(restored.values() == window.values());
}

TEST_CASE("of more values than fit the newest are kept") {
  loss_window window(2);
  window.assign(std::vector<double>{1, 2, 3});
  REQUIRE(window.values() == std::vector<double>{2, 3});
  window.clear();
  REQUIRE_FALSE(window.full());
  REQUIRE(window.values().empty());
}
