#include "cluster/security/key_file.hpp"

#include "cluster/config/json_file.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace paceline {

namespace {

constexpr std::size_t key_characters = 40;
/// zmq writes a key with a zero behind it.
using key_buffer = std::array<char, key_characters + 1>;

constexpr std::string_view z85_characters =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

constexpr std::array roles{key_role::node, key_role::operator_shell, key_role::read_only_shell};

config_json parse_object(std::string_view text) {
  if (text.size() > longest_key_file)
    throw invalid_input(fmt::format("is longer than {} bytes and so no file of a key set", longest_key_file));
  error_list errors("");
  auto object = parse_json(text, errors);
  if (!errors.errors().empty() || !object.is_object())
    throw invalid_input("is damaged: it is not one JSON object with each key once");
  return object;
}

/// The text under that name.
const std::string& text_of(const config_json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string())
    throw invalid_input(fmt::format("is damaged: it has no text \"{}\"", name));
  return found->get_ref<const std::string&>();
}

/// Whatever else stands in a file may mean that it is of a newer version, whose rules are not known here.
void check_size(const config_json& object, std::size_t keys) {
  if (object.size() != keys)
    throw invalid_input(fmt::format("is damaged: it has {} keys, {} are needed", object.size(), keys));
}

/// The key under that name. It may be a secret one, so nothing of it is told.
std::string key_of(const config_json& object, const char* name) {
  const auto& key = text_of(object, name);
  if (key.size() != key_characters || key.find_first_not_of(z85_characters) != std::string::npos)
    throw invalid_input(fmt::format("is damaged: its \"{}\" is no key of {} characters of Z85", name, key_characters));
  // Some texts of the right characters are larger than the 32 bytes that they stand for.
  std::array<std::uint8_t, 32> bytes;
  key_buffer again;
  if (::zmq_z85_decode(bytes.data(), key.c_str()) == nullptr
      || ::zmq_z85_encode(again.data(), bytes.data(), bytes.size()) == nullptr || key != again.data())
    throw invalid_input(fmt::format("is damaged: its \"{}\" is no key", name));
  return key;
}

key_role role_of(const config_json& object) {
  const auto& name = text_of(object, "role");
  const auto role = std::find_if(roles.begin(), roles.end(), [&](key_role known) { return name == to_string(known); });
  if (role == roles.end())
    throw invalid_input(fmt::format("is damaged: its role is {}, allowed: node, operator, read-only", shown(name)));
  return *role;
}

void check_pair(const curve_keys& keys) {
  key_buffer derived;
  if (::zmq_curve_public(derived.data(), keys.secret_key.c_str()) != 0)
    throw std::runtime_error("this libzmq was built without CURVE, so it cannot use keys");
  if (keys.public_key != derived.data())
    throw invalid_input("is damaged: its public key does not belong to its secret key");
}

} // namespace

curve_keys make_curve_keys() {
  key_buffer public_key;
  key_buffer secret_key;
  if (::zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
    throw std::runtime_error("this libzmq was built without CURVE, so it cannot make keys");
  return {public_key.data(), secret_key.data()};
}

const char* to_string(key_role role) {
  switch (role) {
    case key_role::node:
      return "node";
    case key_role::operator_shell:
      return "operator";
    case key_role::read_only_shell:
      return "read-only";
  }
  return "unknown";
}

std::string format_key_file(const key_file& file) {
  config_json object = {
    {"role", to_string(file.role)}, {"public", file.keys.public_key}, {"secret", file.keys.secret_key}};
  if (file.role != key_role::node)
    object["node_public"] = file.node_public;
  return object.dump(2) + "\n";
}

key_file parse_key_file(std::string_view text) {
  const auto object = parse_object(text);
  key_file file;
  file.role = role_of(object);
  file.keys = {key_of(object, "public"), key_of(object, "secret")};
  if (file.role != key_role::node)
    file.node_public = key_of(object, "node_public");
  check_size(object, file.role == key_role::node ? 3 : 4);
  check_pair(file.keys);
  return file;
}

std::string format_admitted_keys(const admitted_keys& admitted) {
  const config_json object = {{"operator", admitted.operator_public}, {"read-only", admitted.read_only_public}};
  return object.dump(2) + "\n";
}

admitted_keys parse_admitted_keys(std::string_view text) {
  const auto object = parse_object(text);
  admitted_keys admitted{key_of(object, "operator"), key_of(object, "read-only")};
  check_size(object, 2);
  if (admitted.operator_public == admitted.read_only_public)
    throw invalid_input("is damaged: its two keys are the same");
  return admitted;
}

} // namespace paceline
