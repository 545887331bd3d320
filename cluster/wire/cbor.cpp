#include "cluster/wire/cbor.hpp"

#include "cluster/config/config_json.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <cassert>
#include <cstdint>
#include <limits>
#include <string>

namespace paceline {

namespace {

using nlohmann::json;

constexpr int deepest = 8;

/// The upper three bits of a value's first byte.
enum class major : std::uint8_t { unsigned_number, negative_number, binary, text, list, object, tag, simple };

/// First bytes of the simple values that are used.
constexpr std::uint8_t false_byte = 0xF4;
constexpr std::uint8_t true_byte = 0xF5;
constexpr std::uint8_t null_byte = 0xF6;
constexpr std::uint8_t double_byte = 0xFB;

class writer {
 public:
  std::vector<std::byte> take() { return std::move(bytes_); }

  void value(const json& document) {
    switch (document.type()) {
      case json::value_t::number_unsigned:
        return head(major::unsigned_number, document.get<std::uint64_t>());
      case json::value_t::number_integer:
        return integer(document.get<std::int64_t>());
      case json::value_t::number_float:
        byte(double_byte);
        return big_endian(std::bit_cast<std::uint64_t>(document.get<double>()), 8);
      case json::value_t::boolean:
        return byte(document.get<bool>() ? true_byte : false_byte);
      case json::value_t::string:
        return text(document.get_ref<const std::string&>());
      case json::value_t::array:
        head(major::list, document.size());
        for (const auto& element : document)
          value(element);
        return;
      case json::value_t::object:
        head(major::object, document.size());
        for (const auto& [key, member] : document.items()) {
          text(key);
          value(member);
        }
        return;
      case json::value_t::null:
        return byte(null_byte);
      case json::value_t::binary:
      case json::value_t::discarded:
        assert(!"a document of values that are used here");
    }
  }

 private:
  void byte(std::uint8_t value) { bytes_.push_back(std::byte{value}); }

  void big_endian(std::uint64_t value, int size_bytes) {
    for (int i = size_bytes - 1; i >= 0; --i)
      byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  void head(major kind, std::uint64_t argument) {
    const auto lead = static_cast<std::uint8_t>(static_cast<unsigned>(kind) << 5);
    if (argument < 24)
      return byte(static_cast<std::uint8_t>(lead | argument));
    const int power = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFF'FFFF ? 2 : 3;
    byte(static_cast<std::uint8_t>(lead | (24 + power)));
    big_endian(argument, 1 << power);
  }

  void integer(std::int64_t value) {
    if (value >= 0)
      head(major::unsigned_number, static_cast<std::uint64_t>(value));
    else
      head(major::negative_number, ~static_cast<std::uint64_t>(value));
  }

  void text(const std::string& any) {
    const auto line = to_one_line(any);
    head(major::text, line.size());
    const auto as_bytes = std::as_bytes(std::span(line));
    bytes_.insert(bytes_.end(), as_bytes.begin(), as_bytes.end());
  }

  std::vector<std::byte> bytes_;
};

class reader {
 public:
  explicit reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }

  json value(int depth) {
    if (depth == deepest)
      throw invalid_input(fmt::format("nested more than {} levels deep", deepest));
    const auto lead = byte();
    const auto kind = static_cast<major>(lead >> 5);
    switch (kind) {
      case major::unsigned_number:
        return argument(lead);
      case major::negative_number:
        return negative(argument(lead));
      case major::text:
        return text(argument(lead));
      case major::list:
        return list(argument(lead), depth);
      case major::object:
        return object(argument(lead), depth);
      case major::simple:
        return simple(lead);
      case major::binary:
      case major::tag:
        break;
    }
    throw unused(lead);
  }

 private:
  static invalid_input unused(std::uint8_t lead) {
    return invalid_input(fmt::format("a value begins with byte 0x{:02x}, which is not used here", lead));
  }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > rest_.size())
      throw invalid_input("cut short");
    const auto taken = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  std::uint8_t byte() { return std::to_integer<std::uint8_t>(take(1).front()); }

  std::uint64_t big_endian(std::uint64_t size_bytes) {
    std::uint64_t value = 0;
    for (const auto one : take(size_bytes))
      value = value << 8 | std::to_integer<std::uint64_t>(one);
    return value;
  }

  /// The number, length or count that a first byte and the bytes behind it give.
  std::uint64_t argument(std::uint8_t lead) {
    const unsigned low = lead & 0x1F;
    if (low < 24)
      return low;
    if (low > 27)
      throw unused(lead);
    return big_endian(std::uint64_t{1} << (low - 24));
  }

  static json negative(std::uint64_t below_minus_one) {
    if (below_minus_one > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
      throw invalid_input("a negative number is larger than 64 bits");
    return -1 - static_cast<std::int64_t>(below_minus_one);
  }

  std::string text(std::uint64_t size_bytes) {
    const auto bytes = take(size_bytes);
    std::string line(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!is_one_line(line))
      throw invalid_input("a text is not one line of UTF-8");
    return line;
  }

  json list(std::uint64_t count, int depth) {
    auto elements = json::array();
    for (; count > 0; --count)
      elements.push_back(value(depth + 1));
    return elements;
  }

  json object(std::uint64_t count, int depth) {
    auto members = json::object();
    for (; count > 0; --count) {
      const auto lead = byte();
      if (static_cast<major>(lead >> 5) != major::text)
        throw invalid_input("a key is not a text");
      auto key = text(argument(lead));
      if (members.contains(key))
        throw invalid_input(fmt::format("key \"{}\" is given twice", shortened(key, 40)));
      members[std::move(key)] = value(depth + 1);
    }
    return members;
  }

  json simple(std::uint8_t lead) {
    switch (lead) {
      case false_byte:
        return false;
      case true_byte:
        return true;
      case null_byte:
        return nullptr;
      case double_byte:
        return std::bit_cast<double>(big_endian(8));
      default:
        throw unused(lead);
    }
  }

  std::span<const std::byte> rest_;
};

} // namespace

std::vector<std::byte> write_cbor(const json& document) {
  writer out;
  out.value(document);
  return out.take();
}

json read_cbor(std::span<const std::byte> bytes) {
  reader in(bytes);
  auto document = in.value(0);
  if (!in.at_end())
    throw invalid_input("bytes follow its end");
  return document;
}

} // namespace paceline
