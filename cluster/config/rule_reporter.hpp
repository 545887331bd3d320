#pragma once

#include "cluster/config/config_error.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace paceline {

/// What a checker of rules between values has to do with the errors of the file.
class rule_reporter {
 protected:
  explicit rule_reporter(error_list& errors) : errors_(errors) {}

  /// Whether the values there can be looked at.
  bool clean(std::initializer_list<std::string_view> paths) const {
    return std::all_of(paths.begin(), paths.end(), [&](auto path) { return errors_.is_clean(path); });
  }

  void fail(std::string path, std::string found, std::string allowed) {
    errors_.add({.path = std::move(path), .found = std::move(found), .allowed = std::move(allowed)});
  }

  error_list& errors_;
};

} // namespace paceline
