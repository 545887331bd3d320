#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace paceline {

/// A CURVE key pair, each key as the 40 printable characters of Z85.
struct curve_keys {
  std::string public_key;
  std::string secret_key;
};

/// What somebody who holds a key of the set may do.
enum class key_role { node, operator_shell, read_only_shell };

/// The keys of one cluster, as `paceline keys DIR` makes them (docs/security.md).
struct key_set {
  std::filesystem::path folder;
  /// All nodes of a cluster share it: server and client key.
  curve_keys node;
  /// Public keys of the shells that nodes admit.
  std::string operator_public;
  std::string read_only_public;
};

/// Makes a new key set in `folder`, which must not hold one: node.key, operator.key, read-only.key (mode 0600) and admitted.json.
/// Throws invalid_input where there is one already, io_failure where it cannot be written; then nothing is left.
void make_key_set(const std::filesystem::path& folder);

/// What a node needs of a key set (the shells' secret keys need not be there).
/// Throws invalid_input where a file is missing, damaged, or readable by others than its owner.
key_set load_node_keys(const std::filesystem::path& folder);

} // namespace paceline
