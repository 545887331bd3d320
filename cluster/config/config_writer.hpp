#pragma once

#include "cluster/config/value_kinds.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace paceline {

/// The other half of config_reader: writes every field, whether it has its default or not.
class config_writer {
 public:
  static constexpr bool reads = false;

  /// `out` becomes an object and must outlive the writer.
  explicit config_writer(config_json& out) : out_(out) { out_ = config_json::object(); }

  template <class T, class Kind>
  bool value(const std::string& key, const T& field, const Kind& kind) {
    out_[key] = kind.write(field);
    return true;
  }

  template <class T, class Kind>
  void kind(const std::string& key, const T& field, const Kind& kind) {
    value(key, field, kind);
  }

  template <class T, class Kind>
  bool required(const std::string& key, const T& field, const Kind& kind) {
    return value(key, field, kind);
  }

  template <class Fill>
  void section(const std::string& key, Fill fill) {
    config_writer inner(out_[key]);
    fill(inner);
  }

  template <class T, class Kind, class Fill>
  void section_or_value(const std::string& key, const T&, const Kind&, Fill fill) {
    section(key, fill);
  }

  template <class T, class Fill>
  void items(const std::string& key, const std::vector<T>& list, Fill fill) {
    auto& array = out_[key] = config_json::array();
    for (const auto& item : list) {
      config_json object;
      config_writer inner(object);
      fill(inner, item);
      array.push_back(std::move(object));
    }
  }

  template <class T, class Fill>
  void numbered(const std::map<std::uint32_t, T>& all, Fill fill) {
    for (const auto& numbered : all)
      section(std::to_string(numbered.first), [&](config_writer& inner) { fill(inner, numbered.second); });
  }

  void ignore(const std::string&) {}
  void ignore_all() {}

 private:
  config_json& out_;
};

} // namespace paceline
