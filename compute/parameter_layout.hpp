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

/// How a model's parameters lie in one contiguous fp32 vector: named slices, end to end, in PyTorch's names and order.
/// This is the only form in which parameters leave compute/.
class parameter_layout {
 public:
  /// Adds a slice behind the last one. Requires: `name` is new; every extent is positive.
  void append(std::string name, std::vector<std::int64_t> shape);

  std::span<const parameter_slice> slices() const { return slices_; }

  /// Length of the flat vector in floats.
  std::size_t size() const { return size_; }

  /// The slice of that name, or nullptr.
  const parameter_slice* find(std::string_view name) const;

  /// A hash of all names and shapes in order: equal layouts have equal fingerprints on every machine.
  std::uint64_t fingerprint() const;

  friend bool operator==(const parameter_layout&, const parameter_layout&) = default;

 private:
  std::vector<parameter_slice> slices_;
  std::size_t size_ = 0;
};

} // namespace paceline
