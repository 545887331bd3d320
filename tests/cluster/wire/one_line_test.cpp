#include "cluster/wire/one_line.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("UTF-8 of every length without control characters is one line and stays as it is") {
  const std::string text = "a \x7F é ߿ ࠀ 退 \uFFFF 😀 \U0010FFFF";
  REQUIRE(is_one_line(text));
  REQUIRE(to_one_line(text) == text);
  REQUIRE(is_one_line(""));
}

TEST_CASE("a control character is no part of a line and becomes a space") {
  for (char c = 0; c < 0x20; ++c) {
    const std::string text{'a', c, 'b'};
    REQUIRE_FALSE(is_one_line(text));
    REQUIRE(to_one_line(text) == "a b");
  }
}

TEST_CASE("escaped text shows control characters and bytes that are no UTF-8, and stays as it is when escaped again") {
  const auto [text, shown] = GENERATE(table<std::string, std::string>({
    {"größer/退 \"x\" C:\\n", "größer/退 \"x\" C:\\n"},
    {"a\nb\tc\rd", R"(a\nb\tc\rd)"},
    {"\x1b[31mred", R"(\x1b[31mred)"},
    {std::string("\0\x7f", 2), R"(\x00\x7f)"},
    {"\xc2\x9b[2J", R"(\xc2\x9b[2J)"}, // CSI as one character
    {"\xff\xc3", R"(\xff\xc3)"},
  }));
  REQUIRE(escaped(text) == shown);
  REQUIRE(escaped(shown) == shown);
  REQUIRE(is_one_line(escaped(text)));
}

TEST_CASE("bytes that are no UTF-8 are no part of a line and become question marks") {
  const auto [bytes, line] = GENERATE(table<std::string, std::string>({
    {"\x80", "?"},                       // a continuation alone
    {"\xC3", "?"},                       // cut short
    {"\xE9\x80", "??"},                  // cut short
    {"\xC0\xAF", "??"},                  // overlong "/"
    {"\xE0\x9F\xBF", "???"},             // overlong
    {"\xF0\x8F\xBF\xBF", "????"},        // overlong
    {"\xED\xA0\x80", "???"},             // a surrogate
    {"\xF4\x90\x80\x80", "????"},        // above U+10FFFF
    {"\xF5\x80\x80\x80", "????"},        // no lead byte
    {"\xC3\x28", "?("},                  // no continuation behind the lead
    {"\xE2\x82x", "??x"},                // nor at the third place
    {"\xFFgr\xC3\xB6\xC3\x9F", "?größ"}, // the rest is kept
  }));
  REQUIRE_FALSE(is_one_line(bytes));
  REQUIRE(to_one_line(bytes) == line);
}
