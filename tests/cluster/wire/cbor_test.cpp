#include "cluster/wire/cbor.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

} // namespace

TEST_CASE("a document is the same after CBOR, and other CBOR libraries read it") {
  const json document = {{"", nullptr},
                         {"list", {true, false, json::array(), json::object()}},
                         {"numbers", {0, 23, 24, -1, -24, -25, -256, -257, 1.5, INT64_MIN, INT64_MAX, UINT64_MAX}},
                         {"text", std::string(70'000, 'x')}};
  const auto bytes = write_cbor(document);
  REQUIRE(read_cbor(bytes) == document);
  REQUIRE(json::from_cbor(bytes.begin(), bytes.end()) == document);
}

TEST_CASE("CBOR that no node writes is refused with what was found") {
  const auto [bytes, reason] = GENERATE(table<std::string, std::string>({
    {"", "cut short"},
    {"\x82\x01", "cut short"},
    {"\x7A\xFF\xFF\xFF\xFF", "cut short"},
    {"\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "cut short"},
    {"\x01\x01", "bytes follow its end"},
    {"\x41\x01", "begins with byte 0x41"},             // bytes
    {"\xC1\x01", "begins with byte 0xc1"},             // a tag
    {"\x9F\xFF", "begins with byte 0x9f"},             // a list without a length
    {"\x7F\x61\x61\xFF", "begins with byte 0x7f"},     // a text in pieces
    {"\xF9\x3C\x01", "begins with byte 0xf9"},         // a half
    {"\xFA\x3F\x80\x01\x01", "begins with byte 0xfa"}, // a float
    {"\xF7", "begins with byte 0xf7"},                 // undefined
    {"\x1C", "begins with byte 0x1c"},                 // reserved
    {"\xFF", "begins with byte 0xff"},                 // an end of nothing
    {"\x3B\x80\x01\x01\x01\x01\x01\x01\x01", "a negative number is larger than 64 bits"},
    {"\x61\x80", "a text is not one line of UTF-8"},
    {"\x61\n", "a text is not one line of UTF-8"},
    {"\xA1\x01\x01", "a key is not a text"},
    {"\xA2\x61\x61\x01\x61\x61\x02", "key \"a\" is given twice"},
  }));
  REQUIRE_THROWS_WITH(read_cbor(as_bytes(bytes)), ContainsSubstring(reason));
}

TEST_CASE("CBOR may be nested eight levels deep and no deeper, however long it is") {
  REQUIRE_NOTHROW(read_cbor(as_bytes(std::string(7, '\x81') + '\x01')));
  for (const char opens : {'\x81', '\x9F', '\x7F', '\x5F', '\xC1'})
    REQUIRE_THROWS_AS(read_cbor(as_bytes(std::string(100'000, opens))), invalid_input);
  REQUIRE_THROWS_WITH(read_cbor(as_bytes(std::string(8, '\x81') + '\x01')), "nested more than 8 levels deep");
}
