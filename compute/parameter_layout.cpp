#include "compute/parameter_layout.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace paceline {

namespace {

std::size_t size_of(const std::vector<std::int64_t>& shape) {
  std::size_t size = 1;
  for (const auto extent : shape) {
    assert(extent > 0);
    size *= static_cast<std::size_t>(extent);
  }
  return size;
}

} // namespace

void parameter_layout::append(std::string name, std::vector<std::int64_t> shape) {
  assert(find(name) == nullptr);
  const auto size = size_of(shape);
  const auto place = slices_.begin() + static_cast<std::ptrdiff_t>(parameters_);
  for (auto buffer = place; buffer != slices_.end(); ++buffer)
    buffer->offset += size;
  slices_.insert(place, {std::move(name), std::move(shape), trained_size_, size});
  ++parameters_;
  trained_size_ += size;
  size_ += size;
}

void parameter_layout::append_buffer(std::string name, std::vector<std::int64_t> shape) {
  assert(find(name) == nullptr);
  const auto size = size_of(shape);
  slices_.push_back({std::move(name), std::move(shape), size_, size});
  size_ += size;
}

const parameter_slice* parameter_layout::find(std::string_view name) const {
  const auto found = std::find_if(slices_.begin(), slices_.end(), [&](const auto& s) { return s.name == name; });
  return found == slices_.end() ? nullptr : &*found;
}

// FNV-1a over each name with its end marked, then each extent as eight little-endian bytes.
std::uint64_t parameter_layout::fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add_byte = [&](std::uint64_t byte) { hash = (hash ^ (byte & 0xff)) * 0x100000001b3u; };
  const auto add_number = [&](std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      add_byte(number >> shift);
  };
  for (const auto& slice : slices_) {
    for (const char c : slice.name)
      add_byte(static_cast<unsigned char>(c));
    add_byte(0);
    add_number(slice.shape.size());
    for (const auto extent : slice.shape)
      add_number(static_cast<std::uint64_t>(extent));
  }
  return hash;
}

} // namespace paceline
