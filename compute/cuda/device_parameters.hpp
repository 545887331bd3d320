#pragma once

#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/device/stream.hpp"
#include "compute/cuda/device/value_type.hpp"
#include "compute/model.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paceline::cuda {

/// A model's parameters, buffers and their gradients on a device, one flat vector each, in the device's order: slices as in the canonical
/// order, but each begins where the libraries like it, with zeros before it, and convolution weights lie as out x kernel x kernel x in
/// (canonical is out x in x kernel x kernel). What works element by element need not know of it. Where products take bf16, a bf16 copy of
/// the parameters lies beside them.
class device_parameters {
 public:
  /// `products`: in what numbers convolutions and linear layers take weights. Throws device_failure.
  device_parameters(stream& queue, const parameter_layout& layout, value_type products, bool training);

  const parameter_layout& layout() const { return layout_; }

  /// Lengths in the device's order, zeros between slices included: of all, and of the parameters, behind which the buffers are.
  std::int64_t size() const { return size_; }
  std::int64_t trained_size() const { return trained_size_; }

  /// No gradient where it is not for training.
  float* values() const { return values_.as<float>(); }
  float* gradient() const { return gradient_.as<float>(); }

  /// Places of the slice of that name; nullptr where there is none.
  float* values_of(const std::string& slice) const { return place_of(slice, values()); }
  float* gradient_of(const std::string& slice) const { return place_of(slice, gradient()); }

  /// What products take: the values, or their bf16 copy as the last refresh_products left it.
  const void* product_weights_of(const std::string& slice) const;

  /// Brings the bf16 copy up to date, where there is one.
  void refresh_products(stream& queue);

  /// From the host in canonical order; done when it returns.
  void load(stream& queue, std::span<const float> canonical);

  /// To the host in canonical order; done when it returns.
  void store(stream& queue, std::span<float> canonical) { fetch(queue, values(), canonical); }
  void store_gradient(stream& queue, std::span<float> canonical) { fetch(queue, gradient(), canonical); }

  /// The same of any vector in the device's order; bringing one is done only when the queue is.
  void bring(stream& queue, std::span<const float> canonical, float* to);
  void fetch(stream& queue, const float* from, std::span<float> canonical);

  /// Between the orders, both on the device. Zeros between slices stay as they are.
  void to_device_order(stream& queue, const float* canonical, float* to) const;
  void to_canonical_order(stream& queue, const float* from, float* canonical) const;

  /// A vector in the device's order, all zeros.
  device_memory make_vector(stream& queue, std::string_view what) const;

  std::size_t memory_bytes() const;

 private:
  float* place_of(const std::string& slice, float* all) const;
  std::vector<std::uint32_t> find_places();

  parameter_layout layout_;
  value_type products_;
  std::int64_t size_ = 0;
  std::int64_t trained_size_ = 0;
  /// Where each of the layout's slices begins in the device's order.
  std::vector<std::size_t> offsets_;
  /// For each element in canonical order its place in the device's.
  device_memory places_;
  device_memory values_;
  device_memory gradient_;
  device_memory bf16_;
  /// In canonical order, on its way.
  device_memory staging_;
};

} // namespace paceline::cuda
