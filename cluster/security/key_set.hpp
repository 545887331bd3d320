#pragma once

#include "cluster/security/key_file.hpp"

#include <filesystem>
#include <string>

namespace paceline {

/// The keys of one cluster, as `paceline keys DIR` makes them (docs/security.md).
struct key_set {
  std::filesystem::path folder;
  /// All nodes of a cluster share it: server and client key.
  curve_keys node;
  /// Public keys of the shells that nodes admit.
  std::string operator_public;
  std::string read_only_public;
};

/// Names of the files of a key set.
inline constexpr const char* node_key_name = "node.key";
inline constexpr const char* operator_key_name = "operator.key";
inline constexpr const char* read_only_key_name = "read-only.key";
inline constexpr const char* admitted_name = "admitted.json";

/// Makes a new key set: `folder` (mode 0700), which must not be there or be empty, with node.key, operator.key, read-only.key
/// and admitted.json (mode 0600). It is there complete or not at all, also after a crash.
/// Throws invalid_input where something lies in the folder, io_failure where it cannot be written.
void make_key_set(const std::filesystem::path& folder);

/// What a node needs of a key set (the shells' secret keys need not be there).
/// Throws invalid_input where a file is missing, damaged, of another role, or where others than its owner may read it (or, of
/// admitted.json, write it).
key_set load_node_keys(const std::filesystem::path& folder);

/// What a shell needs: operator.key or read-only.key, alone.
/// Throws invalid_input as load_node_keys does.
key_file load_shell_key(const std::filesystem::path& file);

} // namespace paceline
