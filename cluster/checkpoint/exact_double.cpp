#include "cluster/checkpoint/exact_double.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace paceline {

namespace {

constexpr std::string_view nan_prefix = "nan:";
constexpr std::string_view hexadecimal_prefix = "0x";

std::optional<double> nan_from_bits(std::string_view digits) {
  std::uint64_t bits = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16).ec != std::errc{})
    return std::nullopt;
  return std::bit_cast<double>(bits);
}

std::optional<double> magnitude_from(std::string_view text) {
  if (text == "inf")
    return std::numeric_limits<double>::infinity();
  if (!text.starts_with(hexadecimal_prefix))
    return std::nullopt;
  text.remove_prefix(hexadecimal_prefix.size());
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex).ec != std::errc{})
    return std::nullopt;
  return value;
}

} // namespace

std::string to_exact_text(double value) {
  if (std::isnan(value))
    return fmt::format("{}{:016x}", nan_prefix, std::bit_cast<std::uint64_t>(value));
  return fmt::format("{:a}", value);
}

std::optional<double> from_exact_text(std::string_view text) {
  std::optional<double> value;
  if (text.starts_with(nan_prefix))
    value = nan_from_bits(text.substr(nan_prefix.size()));
  else if (text.starts_with('-'))
    value = magnitude_from(text.substr(1));
  else
    value = magnitude_from(text);
  if (value && text.starts_with('-'))
    value = -*value;
  // Nothing but what is written is read: no other spelling, no rest.
  return value && to_exact_text(*value) == text ? value : std::nullopt;
}

} // namespace paceline
