#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

/// A CURVE key pair, each key as the 40 printable characters of Z85.
struct curve_keys {
  std::string public_key;
  std::string secret_key;
};

/// A new pair, drawn by libzmq from the system's random numbers.
/// Throws std::runtime_error where libzmq was built without CURVE.
curve_keys make_curve_keys();

/// What somebody who holds a key of the set may do.
enum class key_role : std::uint8_t { node, operator_shell, read_only_shell };

/// As key files name it: "node", "operator", "read-only".
const char* to_string(key_role role);

/// What a key file says.
struct key_file {
  key_role role = key_role::node;
  curve_keys keys;
  /// The nodes' public key, by which a shell knows that it speaks with one of them; empty in the nodes' own file.
  std::string node_public;
};

/// No file of a key set is longer; a longer one is not read.
inline constexpr std::size_t longest_key_file = 4096;

/// The file's text: a JSON object.
std::string format_key_file(const key_file& file);

/// Reads what format_key_file wrote, and whether the two keys are of one pair.
/// Throws invalid_input with the bare reason, in which there is no part of a key.
key_file parse_key_file(std::string_view text);

/// Public keys of the shells that nodes admit: the text of admitted.json.
struct admitted_keys {
  std::string operator_public;
  std::string read_only_public;
};

std::string format_admitted_keys(const admitted_keys& admitted);

/// Throws invalid_input with the bare reason.
admitted_keys parse_admitted_keys(std::string_view text);

} // namespace paceline
