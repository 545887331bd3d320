#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// One named tensor inside a flat vector of floats.
struct parameter_slice {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;
  std::size_t size = 0;

  friend bool operator==(const parameter_slice&, const parameter_slice&) = default;
};

/// How a model's parameters and buffers lie in one contiguous fp32 vector: named slices, end to end, in PyTorch's names and order
/// (named_parameters, then named_buffers). This is the only form in which they leave compute/.
/// A buffer, as a batch norm's running mean, is no matter of the optimiser: the network's forward passes move it. Like a
/// parameter it belongs to the model, travels in snapshots, is pulled to leaders and averaged in the centre.
class parameter_layout {
 public:
  /// Adds a slice behind the last parameter. Requires: `name` is new; every extent is positive.
  void append(std::string name, std::vector<std::int64_t> shape);

  /// Adds a slice behind the last buffer. Requires the same.
  void append_buffer(std::string name, std::vector<std::int64_t> shape);

  /// The parameters, then the buffers.
  std::span<const parameter_slice> slices() const { return slices_; }

  /// Length of the flat vector in floats.
  std::size_t size() const { return size_; }

  /// Length of its first part, which the optimiser trains; buffers are what is behind it.
  std::size_t trained_size() const { return trained_size_; }

  /// The slice of that name, or nullptr.
  const parameter_slice* find(std::string_view name) const;

  /// A hash of all names and shapes in order: equal layouts have equal fingerprints on every machine.
  std::uint64_t fingerprint() const;

  friend bool operator==(const parameter_layout&, const parameter_layout&) = default;

 private:
  std::vector<parameter_slice> slices_;
  /// How many of the slices are parameters.
  std::size_t parameters_ = 0;
  std::size_t size_ = 0;
  std::size_t trained_size_ = 0;
};

} // namespace paceline
