#include "cluster/console/progress_console.hpp"

#include "tests/catch.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

const progress_console::clock::time_point start{100h};

struct fixture {
  std::ostringstream out;
  progress_console console;

  explicit fixture(bool terminal)
    : console(out,
              {.abilities = {.terminal = terminal, .colours = false, .utf8 = false}, .columns = [] { return 16u; }}) {}

  /// What was written since the last call.
  std::string written() {
    auto text = out.str();
    out.str("");
    return text;
  }
};

run_status status(double done) {
  run_status result;
  result.done = done;
  result.elapsed = 60s;
  return result;
}

} // namespace

TEST_CASE("on a terminal the bar is drawn again in its own line, one column short of the edge") {
  fixture terminal(true);
  terminal.console.show(status(0), start);
  REQUIRE(terminal.written() == "\r\x1b[K  0% ----------");
  terminal.console.show(status(0.5), start + 200ms);
  REQUIRE(terminal.written() == "\r\x1b[K 50% #####-----");
}

TEST_CASE("on a terminal the bar is drawn at most five times a second") {
  fixture terminal(true);
  for (auto time = 0ms; time < 1000ms; time += 1ms)
    terminal.console.show(status(0), start + time);
  REQUIRE(terminal.written().size() == 5 * std::string("\r\x1b[K  0% ----------").size());
}

TEST_CASE("a message stands above the bar, which is drawn again with its latest status") {
  fixture terminal(true);
  terminal.console.message("before");
  REQUIRE(terminal.written() == "before\n");
  terminal.console.show(status(0), start);
  terminal.console.show(status(0.5), start + 1ms);
  terminal.written();
  terminal.console.message("worker 0.1 failed");
  REQUIRE(terminal.written() == "\r\x1b[Kworker 0.1 failed\n\r\x1b[K 50% #####-----");
}

TEST_CASE("at the end the last status stays on the terminal and the next line is free") {
  fixture terminal(true);
  terminal.console.show(status(0.9), start);
  terminal.console.show(status(1), start + 1ms);
  terminal.written();
  terminal.console.finish();
  REQUIRE(terminal.written() == "\r\x1b[K100% ##########\n");
  terminal.console.message("done");
  terminal.console.finish();
  REQUIRE(terminal.written() == "done\n");
}

TEST_CASE("without a terminal a plain line comes after five seconds, every thirty from then on, and at the end") {
  fixture log(false);
  std::vector<int> at;
  for (int second = 0; second < 100; ++second) {
    log.console.show(status(0.5), start + std::chrono::seconds(second));
    if (!log.written().empty())
      at.push_back(second);
  }
  REQUIRE(at == std::vector{5, 35, 65, 95});
  log.console.message("a message");
  log.console.finish();
  REQUIRE(log.written() == "a message\n[1:00]  50%\n");
}

TEST_CASE("a file is no terminal and has 80 columns") {
  const int file = ::open("/dev/null", O_WRONLY);
  REQUIRE(file >= 0);
  REQUIRE_FALSE(abilities_of(file).terminal);
  REQUIRE_FALSE(abilities_of(file).colours);
  REQUIRE(columns_of(file) == 80);
  ::close(file);
}
