#pragma once

#include "cluster/config/duration.hpp"

#include <nlohmann/json.hpp>

#include "cluster/config/config_json.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paceline {

// A value kind says what may stand behind a key. Each has
//   std::optional<T> read(const config_json&) const    the value, or empty where it is not allowed
//   config_json write(const T&) const                  read gives back the same
//   std::string allowed(const config_json& found) const      in words; may depend on what was found instead
// and a kind with a fixed set of names also `std::vector<std::string> names() const`, for suggestions.

/// An integer within bounds. A number without a fractional part counts, however it is written (JSON has one number type).
template <class T>
struct integer {
  T low = 0;
  T high = std::numeric_limits<T>::max();

  std::optional<T> read(const config_json& found) const {
    if (found.is_number_unsigned())
      return checked(found.get<std::uint64_t>());
    if (found.is_number_integer())
      return checked(found.get<std::int64_t>());
    constexpr double exact = 9007199254740992.0; // 2^53
    if (const double value = found.is_number() ? found.get<double>() : 0.5;
        value == std::trunc(value) && std::abs(value) <= exact)
      return checked(static_cast<std::int64_t>(value));
    return std::nullopt;
  }

  config_json write(T value) const { return value; }

  std::string allowed(const config_json& found) const {
    if (found.is_number() && found.get<double>() >= static_cast<double>(high))
      return "an integer of at most " + std::to_string(high);
    return "an integer of at least " + std::to_string(low);
  }

 private:
  template <class Found>
  std::optional<T> checked(Found value) const {
    if (std::cmp_less(value, low) || std::cmp_greater(value, high))
      return std::nullopt;
    return static_cast<T>(value);
  }
};

/// A finite number from `low` to `high`; a bound that is open is itself left out.
struct number {
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
  bool high_open = false;

  std::optional<double> read(const config_json& found) const;
  config_json write(double value) const { return value; }
  std::string allowed(const config_json& found) const;
};

struct flag {
  std::optional<bool> read(const config_json& found) const;
  config_json write(bool value) const { return value; }
  std::string allowed(const config_json&) const { return "true or false"; }
};

/// A duration above zero, written with its unit.
struct positive_duration {
  std::optional<std::chrono::nanoseconds> read(const config_json& found) const;
  config_json write(std::chrono::nanoseconds value) const { return format_duration(value); }
  std::string allowed(const config_json& found) const;
};

/// Text that is not empty.
struct text {
  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const { return "text that is not empty"; }
};

struct any_text {
  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const { return "text"; }
};

/// Text that can name one file or folder; may be empty. No control characters: the name is told to people again and again.
struct file_name {
  /// What file systems allow.
  static constexpr std::size_t longest = 255;

  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const {
    return "the name of a folder in quotes: at most 255 bytes, without / and control characters";
  }
};

/// A path of this machine; may be empty.
struct file_path {
  /// What the system allows.
  static constexpr std::size_t longest = 4095;

  std::optional<std::filesystem::path> read(const config_json& found) const;
  config_json write(const std::filesystem::path& value) const { return value.string(); }
  std::string allowed(const config_json&) const {
    return "text: a path of at most 4095 bytes, each name in it of at most 255";
  }
};

/// Numbers that rise, each above 0 and below 1.
struct rising_shares {
  std::optional<std::vector<double>> read(const config_json& found) const;
  config_json write(const std::vector<double>& values) const { return values; }
  std::string allowed(const config_json&) const { return "a list of rising numbers, each above 0 and below 1"; }
};

/// "one of a, b or c" with each name in quotes.
std::string one_of_these(const std::vector<std::string>& names);

/// A name out of a fixed set, each of which stands for a value. T must be comparable.
template <class T>
struct choice {
  std::vector<std::pair<std::string, T>> options;

  std::optional<T> read(const config_json& found) const {
    for (const auto& [name, value] : options)
      if (found == name)
        return value;
    return std::nullopt;
  }

  config_json write(const T& chosen) const {
    for (const auto& [name, value] : options)
      if (value == chosen)
        return name;
    return nullptr;
  }

  std::string allowed(const config_json&) const { return one_of_these(names()); }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& option : options)
      result.push_back(option.first);
    return result;
  }
};

/// A name out of a fixed set that stands for itself.
choice<std::string> one_of(const std::vector<std::string>& names);

/// What workers compute on: "cpu", "reference", "auto", or a GPU by its number, as "cuda:0".
struct device_name {
  std::optional<std::string> read(const config_json& found) const;
  config_json write(const std::string& value) const { return value; }
  std::string allowed(const config_json&) const {
    return "\"cpu\", \"reference\", \"auto\", or a GPU by its number, as \"cuda:0\" (`paceline devices` lists them)";
  }
  std::vector<std::string> names() const { return {"cpu", "reference", "auto", "cuda:0"}; }
};

/// A value that may be left out, or given as null to say the same.
template <class Kind>
struct optional_of {
  Kind kind;

  using value_type = typename decltype(std::declval<Kind>().read(std::declval<config_json>()))::value_type;

  std::optional<std::optional<value_type>> read(const config_json& found) const {
    if (found.is_null())
      return std::optional<value_type>();
    if (auto value = kind.read(found))
      return std::optional<std::optional<value_type>>(std::in_place, std::move(value));
    return std::nullopt;
  }

  config_json write(const std::optional<value_type>& value) const {
    return value ? kind.write(*value) : config_json(nullptr);
  }

  std::string allowed(const config_json& found) const { return kind.allowed(found) + ", or null"; }
};

template <class Kind>
optional_of(Kind) -> optional_of<Kind>;

} // namespace paceline
