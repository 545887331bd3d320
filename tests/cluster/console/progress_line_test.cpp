#include "cluster/console/progress_line.hpp"

#include "cluster/console/duration_text.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

run_status some_status() {
  run_status status;
  status.done = 0.425;
  status.elapsed = 252s;
  status.left = 348s;
  status.steps_per_second = 17.3;
  status.loss = 1.23449;
  status.group_leaders = {worker_id{0, 1}, worker_id{1, 0}};
  status.global_leader = worker_id{1, 0};
  status.test_error = 0.281;
  return status;
}

/// Columns that a terminal needs: colours take none, a character of UTF-8 takes one however many bytes it has.
std::size_t cells_of(const std::string& line) {
  const auto plain = std::regex_replace(line, std::regex("\x1b\\[[0-9;]*m"), "");
  return static_cast<std::size_t>(std::count_if(plain.begin(), plain.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

} // namespace

TEST_CASE("a bar of 100 columns shows everything, and one of a usual terminal all but the groups' leaders") {
  REQUIRE(progress_bar_line(some_status(), {100, false, false})
          == " 42% #######----------  left 5:48     17.3 steps/s    loss 1.234   lead 0.1 *1.0        error 28.1 %");
  REQUIRE(progress_bar_line(some_status(), {100, false, true})
          == " 42% ███████▏░░░░░░░░░  left 5:48     17.3 steps/s    loss 1.234   lead 0.1 *1.0        error 28.1 %");
  REQUIRE(progress_bar_line(some_status(), {79, false, false})
          == " 42% ##----  left 5:48     17.3 steps/s    loss 1.234   lead *1.0  error 28.1 %");
}

TEST_CASE("nothing in a bar moves when a number has another digit or another worker leads") {
  auto other = some_status();
  other.left = 3661s;
  other.steps_per_second = 9999.9;
  other.loss = 12.5;
  other.global_leader = worker_id{0, 0};
  other.test_error = 0.005;
  for (const std::size_t width : {40u, 60u, 79u, 100u, 120u}) {
    const auto one = progress_bar_line(some_status(), {width, false, false});
    const auto two = progress_bar_line(other, {width, false, false});
    for (const auto* field : {"left", "loss", "lead", "error"})
      REQUIRE(one.find(field) == two.find(field));
  }
}

TEST_CASE("what matters less goes first where the width is short") {
  REQUIRE(progress_bar_line(some_status(), {76, false, false})
          == " 42% #####---------  left 5:48     17.3 steps/s    loss 1.234   error 28.1 %");
  REQUIRE(progress_bar_line(some_status(), {60, false, false})
          == " 42% #####---------  left 5:48     loss 1.234   error 28.1 %");
  REQUIRE(progress_bar_line(some_status(), {30, false, false}) == " 42% ####-------  left 5:48");
  REQUIRE(progress_bar_line(some_status(), {8, false, false}) == " 42%");
  REQUIRE(progress_bar_line(some_status(), {0, false, false}).empty());
}

TEST_CASE("a bar is never longer than the width") {
  auto many = some_status();
  many.group_leaders.assign(64, worker_id{12, 34});
  auto huge = some_status();
  huge.loss = -1.234e300;
  huge.steps_per_second = 1e12;
  huge.left = 99999h;
  huge.test_error = NAN;
  for (const auto& status : {some_status(), run_status(), many, huge})
    for (std::size_t width = 0; width < 200; ++width)
      for (const bool colours : {false, true})
        for (const bool utf8 : {false, true})
          REQUIRE(cells_of(progress_bar_line(status, {width, colours, utf8})) <= width);
}

TEST_CASE("a bar is filled as far as the run is, and full only at the end") {
  auto status = run_status();
  const auto bar = [&](double done) {
    status.done = done;
    return progress_bar_line(status, {15, false, false});
  };
  REQUIRE(bar(0) == "  0% ----------");
  REQUIRE(bar(0.5) == " 50% #####-----");
  REQUIRE(bar(0.999) == " 99% #########-");
  REQUIRE(bar(1) == "100% ##########");
  REQUIRE(bar(2) == "100% ##########");
  REQUIRE(bar(-1) == "  0% ----------");
  REQUIRE(bar(NAN) == "  0% ----------");
}

TEST_CASE("a run that has used up its budget is tested, and no time is left to tell") {
  auto status = run_status();
  status.left = std::chrono::seconds(0);
  status.done = 0.999;
  REQUIRE(progress_log_line(status) == "[0:00]  99%  left 0:00");
  status.done = 1;
  REQUIRE(progress_log_line(status) == "[0:00] 100%  testing");
}

TEST_CASE("a global leader that leads no group now is shown all the same") {
  auto status = run_status();
  status.group_leaders = {worker_id{0, 1}, std::nullopt};
  status.global_leader = worker_id{1, 1};
  REQUIRE_THAT(progress_bar_line(status, {80, false, false}), Catch::Matchers::EndsWith("  lead 0.1 - *1.1"));
}

TEST_CASE("a line for a log has the time and nothing left out") {
  REQUIRE(progress_log_line(some_status())
          == "[4:12]  42%  left 5:48  17.3 steps/s  loss 1.234  lead 0.1 *1.0  error 28.1 %");
  REQUIRE(progress_log_line(run_status()) == "[0:00]   0%");
}

TEST_CASE("durations are shown as clocks show them") {
  REQUIRE(to_clock_text(7s + 900ms) == "0:07");
  REQUIRE(to_clock_text(12min + 30s) == "12:30");
  REQUIRE(to_clock_text(3h + 5min) == "3:05:00");
  REQUIRE(to_clock_text(-5s) == "0:00");
}
