#include "cluster/launch/line_splitter.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace paceline;

namespace {

struct collected {
  std::vector<std::string> lines;
  line_splitter splitter;

  void feed(std::string_view bytes) {
    splitter.feed(bytes, [&](std::string_view line) { lines.emplace_back(line); });
  }
  void finish() {
    splitter.finish([&](std::string_view line) { lines.emplace_back(line); });
  }
};

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("lines that come in pieces are handed on whole") {
  collected c;
  for (const auto* piece : {"fir", "st\nsec", "ond\n", "\n", "thi"})
    c.feed(piece);
  REQUIRE(c.lines == lines{"first", "second", ""});
  c.finish();
  REQUIRE(c.lines.back() == "thi");
  c.finish();
  REQUIRE(c.lines.size() == 4);
}

TEST_CASE("a carriage return before a line's end is part of the end, one elsewhere is not") {
  collected c;
  c.feed("one\r\nt\rwo\n\r\nthree\r");
  REQUIRE(c.lines == lines{"one", "t\rwo", ""});
  c.finish();
  REQUIRE(c.lines.back() == "three\r");
}

TEST_CASE("a line without an end is handed on in parts, so that it cannot fill the memory") {
  collected c;
  const std::string endless(2 * line_splitter::longest_line + 10, 'x');
  c.feed(endless);
  REQUIRE(c.lines.size() == 2);
  c.feed("\n");
  REQUIRE(c.lines
          == lines{std::string(line_splitter::longest_line, 'x'), std::string(line_splitter::longest_line, 'x'),
                   std::string(10, 'x')});
}
