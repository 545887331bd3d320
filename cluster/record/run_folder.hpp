#pragma once

#include "cluster/files/file_descriptor.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace paceline {

/// The folder of one run, held by one process at a time. This class alone knows the names of its files.
class run_folder {
 public:
  /// Makes the folder and those above it. Unless keep() is called, the destructor removes whatever was made, so that
  /// a launch that fails in its set-up leaves no trace.
  /// Throws invalid_input where the folder holds something already or is in use, io_failure where it cannot be made;
  /// then nothing has changed.
  static run_folder create(const std::filesystem::path& folder);

  /// Opens the folder of an earlier run and removes what a killed process left half-written.
  /// Throws invalid_input where there is no run or it is in use, io_failure where it cannot be read or written.
  static run_folder resume(const std::filesystem::path& folder);

  ~run_folder();
  run_folder(run_folder&& other) noexcept;
  run_folder& operator=(run_folder&&) = delete;

  /// The set-up is done: from now on the folder stays.
  void keep() { kept_ = true; }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.json"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path leadership() const { return path_ / "leadership.jsonl"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path summary() const { return path_ / "summary.json"; }
  /// Of a run of several nodes: how each came to its end, as far as the launching process saw it.
  std::filesystem::path node_ends() const { return path_ / "nodes.json"; }
  /// The nodes' own folders (node_folder).
  std::filesystem::path nodes() const { return path_ / "nodes"; }

 private:
  run_folder(std::filesystem::path path, file_descriptor lock, std::vector<std::filesystem::path> made, bool kept);

  std::filesystem::path path_;
  /// Open and locked as long as this object lives; the system drops the lock however the process ends.
  file_descriptor lock_;
  /// Folders that were not there before, innermost first.
  std::vector<std::filesystem::path> made_;
  bool kept_;
};

/// The run folder of one node of the run in that folder: runs/NAME/nodes/NODE.
std::filesystem::path node_folder(const std::filesystem::path& run, std::string_view node);

/// Whether a run, or a node's part of one, was begun in that folder.
bool holds_run(const std::filesystem::path& folder);

/// The latest checkpoint of the run in that folder, without taking hold of it; empty where there is none.
std::optional<std::filesystem::path> latest_checkpoint_of(const std::filesystem::path& folder);

} // namespace paceline
