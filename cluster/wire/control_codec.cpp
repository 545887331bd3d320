#include "cluster/wire/control_codec.hpp"

#include "cluster/config/config_json.hpp"
#include "cluster/wire/cbor.hpp"
#include "cluster/wire/control_fields.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

constexpr const char* type_key = "type";

/// Puts the members of a message into an object.
class field_writer {
 public:
  explicit field_writer(json& object) : object_(object) {}

  template <class T>
  void operator()(const char* key, const T& value) {
    object_[key] = written(value);
  }

  /// What is not there has no key.
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value)
      object_[key] = written(*value);
  }

  template <class M>
  static json as_object(const M& message) {
    auto object = json::object();
    field_writer fields(object);
    describe(fields, message);
    return object;
  }

 private:
  static json written(std::uint32_t value) { return value; }
  static json written(std::uint64_t value) { return value; }
  static json written(double value) { return value; }
  static json written(bool value) { return value; }
  static json written(const std::string& value) { return value; }
  static json written(std::chrono::nanoseconds value) { return value.count(); }

  template <class T>
  static json written(const std::vector<T>& list) {
    auto elements = json::array();
    for (const auto& element : list)
      elements.push_back(written(element));
    return elements;
  }

  template <class T>
  static json written(const T& value) {
    if constexpr (std::is_enum_v<T>)
      return names_of<T>.at(static_cast<std::size_t>(value));
    else
      return as_object(value);
  }

  json& object_;
};

/// Takes the members of a message out of an object that a peer sent; keys that nobody asks for stay where they are.
class field_reader {
 public:
  explicit field_reader(const json& object) : object_(object) {}

  template <class T>
  void operator()(const char* key, T& value) {
    const auto found = object_.find(key);
    if (found == object_.end())
      throw invalid_input(fmt::format("key \"{}\" is missing", key));
    read(key, *found, value);
  }

  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    if (const auto found = object_.find(key); found != object_.end())
      read(key, *found, value.emplace());
  }

 private:
  static invalid_input wrong(const char* key, const json& found, const std::string& allowed) {
    return invalid_input(fmt::format("key \"{}\" is {}, {} is needed", key, shortened(found.dump(), 40), allowed));
  }

  template <std::unsigned_integral T>
  static void read(const char* key, const json& found, T& value) {
    if (!found.is_number_unsigned() || found.get<std::uint64_t>() > std::numeric_limits<T>::max())
      throw wrong(key, found, fmt::format("a whole number of 0 to {}", std::numeric_limits<T>::max()));
    value = found.get<T>();
  }

  static void read(const char* key, const json& found, double& value) {
    if (!found.is_number_float())
      throw wrong(key, found, "a floating-point number");
    value = found.get<double>();
  }

  static void read(const char* key, const json& found, bool& value) {
    if (!found.is_boolean())
      throw wrong(key, found, "true or false");
    value = found.get<bool>();
  }

  static void read(const char* key, const json& found, std::string& value) {
    if (!found.is_string())
      throw wrong(key, found, "a text");
    value = found.get<std::string>();
  }

  static void read(const char* key, const json& found, std::chrono::nanoseconds& value) {
    const auto within = [&] {
      if (found.is_number_unsigned())
        return found.get<std::uint64_t>() <= static_cast<std::uint64_t>(longest_wire_time.count());
      return found.is_number_integer() && found.get<std::int64_t>() >= -longest_wire_time.count();
    };
    if (!within())
      throw wrong(key, found, fmt::format("a number of nanoseconds of at most {}", longest_wire_time.count()));
    value = std::chrono::nanoseconds(found.get<std::int64_t>());
  }

  template <class T>
  static void read(const char* key, const json& found, std::vector<T>& list) {
    if (!found.is_array())
      throw wrong(key, found, "a list");
    for (const auto& element : found)
      read(key, element, list.emplace_back());
  }

  template <class T>
  static void read(const char* key, const json& found, T& value) {
    if constexpr (std::is_enum_v<T>) {
      const auto& names = names_of<T>;
      const auto name = std::find_if(names.begin(), names.end(), [&](const char* known) { return found == known; });
      if (name == names.end())
        throw wrong(key, found, fmt::format("one of {}", fmt::join(names, ", ")));
      value = static_cast<T>(name - names.begin());
    } else {
      if (!found.is_object())
        throw wrong(key, found, "an object");
      field_reader fields(found);
      describe(fields, value);
    }
  }

  const json& object_;
};

/// The message of type number I or one behind it, whichever is called `type`.
template <std::size_t I = 0>
control_message read_message(const std::string& type, const json& object) {
  if constexpr (I == std::variant_size_v<control_message>) {
    throw invalid_input(fmt::format("its type \"{}\" is not known", shortened(type, 40)));
  } else {
    using message = std::variant_alternative_t<I, control_message>;
    if (type != type_name<message>)
      return read_message<I + 1>(type, object);
    message result;
    field_reader fields(object);
    describe(fields, result);
    return result;
  }
}

control_message read_message(std::span<const std::byte> bytes) {
  if (bytes.size() > longest_control_message)
    throw invalid_input(fmt::format("{} bytes, at most {} are allowed", bytes.size(), longest_control_message));
  const auto object = read_cbor(bytes);
  if (!object.is_object())
    throw invalid_input("it is not an object");
  std::string type;
  field_reader{object}(type_key, type);
  return read_message(type, object);
}

} // namespace

std::vector<std::byte> encode(const control_message& message) {
  return std::visit(
    [](const auto& m) {
      using message_type = std::remove_cvref_t<decltype(m)>;
      auto object = field_writer::as_object(m);
      object[type_key] = type_name<message_type>;
      auto bytes = write_cbor(object);
      if (bytes.size() > longest_control_message)
        throw invalid_input(fmt::format("control message: a {} of {} bytes, at most {} are allowed",
                                        type_name<message_type>, bytes.size(), longest_control_message));
      return bytes;
    },
    message);
}

control_message decode_control(std::span<const std::byte> bytes) {
  try {
    return read_message(bytes);
  } catch (const invalid_input& reason) {
    throw invalid_input(fmt::format("control message: {}", reason.what()));
  }
}

} // namespace paceline
