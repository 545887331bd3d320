#include "compute/schedule.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using kind = learning_rate_schedule::kind;

TEST_CASE("a constant schedule is one all the way") {
  const learning_rate_schedule schedule;
  for (const double done : {-1.0, 0.0, 0.5, 1.0, 2.0})
    REQUIRE(schedule.factor_at(done) == 1);
}

TEST_CASE("a step schedule multiplies by its factor from each milestone on") {
  learning_rate_schedule schedule;
  schedule.shape = kind::step;
  schedule.milestones = {0.5, 0.75};
  schedule.factor = 0.1;
  REQUIRE(schedule.factor_at(0.49) == 1);
  REQUIRE(schedule.factor_at(0.5) == Approx(0.1));
  REQUIRE(schedule.factor_at(1) == Approx(0.01));
}

TEST_CASE("a cosine schedule falls from one to its final share, half way in the middle") {
  learning_rate_schedule schedule;
  schedule.shape = kind::cosine;
  schedule.final_share = 0.2;
  REQUIRE(schedule.factor_at(0) == 1);
  REQUIRE(schedule.factor_at(0.5) == Approx(0.6));
  REQUIRE(schedule.factor_at(1) == Approx(0.2));
}

TEST_CASE("a warm-up rises from zero, and a cosine fills what is left") {
  learning_rate_schedule schedule;
  schedule.shape = kind::cosine;
  schedule.warmup = 0.2;
  REQUIRE(schedule.factor_at(0) == 0);
  REQUIRE(schedule.factor_at(0.1) == Approx(0.5));
  REQUIRE(schedule.factor_at(0.2) == Approx(1));
  REQUIRE(schedule.factor_at(0.6) == Approx(0.5));
  REQUIRE(schedule.factor_at(1) == Approx(0).margin(1e-15));
}
