#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/value_kinds.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// Reads one object of a cluster file into fields, key by key. What is wrong goes to the error list, with the path, and the
/// field keeps its value. The keys that were asked for are the keys that are known: `finish` reports all others.
///
/// config_writer has the same functions, so that one template over both describes a file: see run_config_keys.hpp.
class config_reader {
 public:
  static constexpr bool reads = true;

  /// `node` and `errors` must outlive the reader. A node that is no object goes to `errors` at once.
  config_reader(const config_json& node, std::string path, error_list& errors);

  config_reader(const config_reader&) = delete;
  config_reader& operator=(const config_reader&) = delete;

  /// A key that may be left out. Returns whether there is nothing wrong with it.
  template <class T, class Kind>
  bool value(const std::string& key, T& field, const Kind& kind) {
    const auto* found = take(key);
    return found == nullptr || read(path_below(path_, key), *found, field, kind);
  }

  /// The key on which it depends what other keys there are. Where its value cannot be read, no other key is reported as unknown.
  template <class T, class Kind>
  void kind(const std::string& key, T& field, const Kind& kind) {
    if (!value(key, field, kind))
      ignore_all();
    kind_ = key + " " + shown(kind.write(field));
  }

  /// A key that must be there. Returns whether its value could be read.
  template <class T, class Kind>
  bool required(const std::string& key, T& field, const Kind& kind) {
    if (const auto* found = take(key))
      return read(path_below(path_, key), *found, field, kind);
    if (is_object())
      errors_.add({.path = path_below(path_, key), .found = "nothing", .allowed = kind.allowed(nullptr)});
    return false;
  }

  /// An object that may be left out; `fill` reads it with the reader that it is given.
  template <class Fill>
  void section(const std::string& key, Fill fill) {
    if (const auto* found = take(key))
      read_object(*found, path_below(path_, key), fill);
  }

  /// A section that can be shortened to its most important value.
  template <class T, class Kind, class Fill>
  void section_or_value(const std::string& key, T& field, const Kind& kind, Fill fill) {
    const auto* found = take(key);
    if (found != nullptr && found->is_object())
      read_object(*found, path_below(path_, key), fill);
    else if (found != nullptr)
      read(path_below(path_, key), *found, field, kind);
  }

  /// A list of objects; `fill` reads each.
  template <class T, class Fill>
  void items(const std::string& key, std::vector<T>& list, Fill fill) {
    const auto* found = take(key);
    if (found == nullptr)
      return;
    const auto path = path_below(path_, key);
    if (!found->is_array()) {
      errors_.add({.path = path, .found = shown(*found), .allowed = "a list of objects"});
      return;
    }
    list.clear();
    for (const auto& element : *found) {
      auto& item = list.emplace_back();
      read_object(element, path_below(path, list.size() - 1), [&](config_reader& reader) { fill(reader, item); });
    }
  }

  /// Objects behind keys that are whole numbers; `fill` reads each.
  template <class T, class Fill>
  void numbered(std::map<std::uint32_t, T>& all, Fill fill) {
    if (!is_object())
      return;
    for (const auto& [key, object] : node_.items())
      if (const auto number = whole_number(key)) {
        known_.push_back(key);
        read_object(object, path_below(path_, key), [&](config_reader& reader) { fill(reader, all[*number]); });
      }
    known_.emplace_back("a number");
  }

  /// Knows a key without a meaning for the run.
  void ignore(const std::string& key) { take(key); }

  /// No key of this object is reported as unknown: too little of it is understood.
  void ignore_all() { ignores_all_ = true; }

  /// Reports the keys that nobody asked for.
  void finish();

 private:
  bool is_object() const { return node_.is_object(); }

  /// Empty where the key is not one as it is written: "3", not "03".
  static std::optional<std::uint32_t> whole_number(const std::string& key);

  /// The value behind a key, or nullptr; from now on the key is known.
  const config_json* take(const std::string& key);

  template <class Fill>
  void read_object(const config_json& node, std::string path, const Fill& fill) {
    config_reader reader(node, std::move(path), errors_);
    if (!reader.is_object())
      return;
    fill(reader);
    reader.finish();
  }

  template <class T, class Kind>
  bool read(std::string path, const config_json& found, T& field, const Kind& kind) {
    if (auto value = kind.read(found)) {
      field = std::move(*value);
      return true;
    }
    config_error error{.path = std::move(path), .found = shown(found), .allowed = kind.allowed(found)};
    if constexpr (requires { kind.names(); })
      error.nearest = nearest_name(found, kind.names());
    errors_.add(std::move(error));
    return false;
  }

  static std::string nearest_name(const config_json& found, const std::vector<std::string>& names);

  const config_json& node_;
  std::string path_;
  error_list& errors_;
  std::vector<std::string> known_;
  bool ignores_all_ = false;
  /// "kind \"lsgd\"", where keys depend on it.
  std::string kind_;
};

} // namespace paceline
