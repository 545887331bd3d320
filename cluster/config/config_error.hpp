#pragma once

#include "compute/errors.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// One thing that is wrong with a cluster file.
struct config_error {
  enum class kind : std::uint8_t {
    /// The file cannot be read or is no proper JSON; `found` is a whole sentence.
    unreadable,
    /// A key that means nothing; `allowed` lists the keys that are known in its place.
    unknown_key,
    /// A value of the wrong type, out of its range, missing or at odds with another one.
    bad_value,
  };

  kind what = kind::bad_value;
  /// The file, with line and column where only those are known, or the override: "--set strategy.xyz=3".
  std::string place{};
  /// Inside the file: "strategy.period_group", "model.layers[2].kernel"; empty for the whole file.
  std::string path{};
  std::string found{};
  std::string allowed{};
  /// What a key that is unknown here stands beside: "kind \"lsgd\""; empty where that has no part in it.
  std::string beside{};
  /// The known name that is most like the one found; empty where none is near.
  std::string nearest{};

  /// The error as one line for people, names in it escaped.
  std::string line() const;
};

/// All errors of one cluster file; `what()` has a line for each.
class config_errors : public invalid_input {
 public:
  /// Requires at least one error.
  explicit config_errors(std::vector<config_error> errors);

  std::span<const config_error> errors() const { return errors_; }

 private:
  std::vector<config_error> errors_;
};

/// Collects errors while a file is read, and knows which of its values came from which override.
class error_list {
 public:
  /// `place` is how the file is named to people.
  explicit error_list(std::string place) : place_(std::move(place)) {}

  /// Adds an error; where it names no place, that is the override which set the value at its path, else the file.
  void add(config_error error);

  /// The value at `path` was set, or its object made, by the override that people know as `origin`; it replaces all that
  /// was set below.
  void set_origin(const std::string& path, std::string origin);

  /// Whether there is no error at `path`, above or below it, so that a check of its value means something.
  bool is_clean(std::string_view path) const;

  std::vector<config_error>& errors() { return errors_; }
  const std::string& place() const { return place_; }

  /// Throws config_errors where there are errors.
  void throw_if_any() const;

 private:
  std::string place_;
  std::map<std::string, std::string> origins_;
  std::vector<config_error> errors_;
};

/// Whether `path` is `ancestor` or lies below it.
bool lies_within(std::string_view path, std::string_view ancestor);

} // namespace paceline
