#pragma once

#include "cluster/files/file_descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

// The safetensors format: eight bytes of header length (little-endian), a JSON header padded with spaces, then the
// tensors' bytes end to end in row-major order, little-endian.
// https://huggingface.co/docs/safetensors

enum class tensor_type : std::uint8_t { f32, f64, i64 };

/// "F32", as the format spells it.
const char* to_string(tensor_type type);

std::size_t element_bytes(tensor_type type);

/// What the header holds under "__metadata__".
using tensor_metadata = std::map<std::string, std::string>;

/// A tensor to be written. Does not own its data.
struct tensor_view {
  tensor_view(std::string name, std::vector<std::int64_t> shape, std::span<const float> values);
  tensor_view(std::string name, std::vector<std::int64_t> shape, std::span<const double> values);
  tensor_view(std::string name, std::vector<std::int64_t> shape, std::span<const std::int64_t> values);

  std::string name;
  tensor_type type;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes the file whole or not at all (atomic_file); each tensor's bytes go straight from memory to the file. Types
/// of eight bytes come first so that every tensor is aligned to its elements; otherwise the order is kept.
/// Requires: names are distinct and not "__metadata__"; each shape's product is the number of values.
/// Throws io_failure.
void write_safetensors(const std::filesystem::path& path, std::span<const tensor_view> tensors,
                       const tensor_metadata& metadata);

/// A tensor in a file.
struct tensor_entry {
  std::string name;
  tensor_type type = tensor_type::f32;
  std::vector<std::int64_t> shape;
  /// Where its bytes lie, counted from the start of the file.
  std::size_t offset = 0;
  std::size_t size_bytes = 0;

  std::size_t elements() const { return size_bytes / element_bytes(type); }
};

/// A file open for reading whose header was checked in full: lengths, types, shapes, and that the tensors fill the
/// rest of the file without holes or overlaps. Tensors are read one at a time, straight to where they are wanted.
class safetensors_file {
 public:
  /// Throws io_failure where the file cannot be read, invalid_input where it is not a sound file of this format.
  explicit safetensors_file(std::filesystem::path path);

  const std::filesystem::path& path() const { return file_.path(); }
  const tensor_metadata& metadata() const { return metadata_; }

  /// In the order in which their bytes lie.
  std::span<const tensor_entry> tensors() const { return tensors_; }

  /// The tensor of that name, or nullptr.
  const tensor_entry* find(std::string_view name) const;

  /// Requires: `tensor` is of this file and of the type of `out`; out.size() == tensor.elements().
  /// Throws io_failure.
  void read(const tensor_entry& tensor, std::span<float> out) const;
  void read(const tensor_entry& tensor, std::span<double> out) const;
  void read(const tensor_entry& tensor, std::span<std::int64_t> out) const;

 private:
  void read_bytes(const tensor_entry& tensor, std::span<std::byte> out) const;

  file_descriptor file_;
  tensor_metadata metadata_;
  std::vector<tensor_entry> tensors_;
};

} // namespace paceline
