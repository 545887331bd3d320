#pragma once

#include "cluster/checkpoint/safetensors.hpp"
#include "compute/parameter_layout.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// Prefix of the tensors that hold a worker's momentum: "velocity/conv1.weight".
inline constexpr std::string_view velocity_prefix = "velocity/";
/// That of AdamW's mean of squared gradients.
inline constexpr std::string_view second_moment_prefix = "second_moment/";

/// The slices of a flat vector as tensors, each under `prefix` and its name. The views point into `parameters`.
/// Requires: parameters.size() == layout.size(); no slice's name contains '/', which sets prefixes apart.
std::vector<tensor_view> view_parameters(const parameter_layout& layout, std::span<const float> parameters,
                                         std::string_view prefix = {});

/// What every file of parameters says about itself under "__metadata__"; `model` and `data` are what the caller gave.
tensor_metadata describe_parameters(const parameter_layout& layout, std::string model, std::string data);

/// A file of named parameters as a checkpoint holds them: leader, centre or worker.
class parameter_file {
 public:
  /// Opens a file, or the centre of a checkpoint's folder.
  /// Throws io_failure where it cannot be read, invalid_input where it was not written by this program or by a newer
  /// one.
  explicit parameter_file(const std::filesystem::path& file_or_checkpoint);

  const std::filesystem::path& path() const { return file_.path(); }
  const tensor_metadata& metadata() const { return file_.metadata(); }

  /// A text of the metadata.
  /// Throws invalid_input where it is missing.
  const std::string& text(const std::string& key) const;

  /// A number of the metadata.
  /// Throws invalid_input where it is missing, or no whole number of at most 2^53.
  std::uint64_t count(const std::string& key) const;

  /// The tensors under `prefix` as one flat vector in the layout's order.
  /// Throws invalid_input that names the first differing slice where they are of another model.
  std::vector<float> read(const parameter_layout& layout, std::string_view prefix = {}) const;

  /// Whether it holds tensors under `prefix`.
  bool has(std::string_view prefix) const;

  const safetensors_file& tensors() const { return file_; }

 private:
  safetensors_file file_;
};

} // namespace paceline
