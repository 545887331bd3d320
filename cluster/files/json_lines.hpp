#pragma once

#include "cluster/files/file_descriptor.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>

namespace paceline {

/// A log of one JSON object a line, for programs that read it while it grows: a line appears whole, with its end, or
/// not at all. One writer a file; not thread-safe.
class json_lines {
 public:
  /// Opens the file behind its last line; creates it where it is missing.
  /// Throws io_failure.
  explicit json_lines(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }

  /// Numbers that are not finite become null, bytes that are not UTF-8 a replacement character.
  /// Throws io_failure; the file is then as before.
  void append(const nlohmann::json& object);

 private:
  file_descriptor file_;
};

/// Drops every line for which `keep` is false, and a last line without its end as a killed writer leaves it; so that
/// a resumed run does not tell twice what happened behind its checkpoint. The file is replaced whole or not at all; a
/// missing one stays missing.
/// Requires that no json_lines is open on it. Returns how many lines were dropped.
/// Throws io_failure, or invalid_input that names file and line where one is no JSON object; then nothing has
/// changed.
std::size_t keep_json_lines(const std::filesystem::path& path, const std::function<bool(const nlohmann::json&)>& keep);

} // namespace paceline
