#include "cluster/checkpoint/safetensors.hpp"

#include "cluster/checkpoint/safetensors_header.hpp"
#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <utility>

#include <fcntl.h>

namespace paceline {

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie in memory");

namespace {

constexpr std::size_t length_bytes = 8;

[[maybe_unused]] std::size_t product(std::span<const std::int64_t> shape) {
  std::size_t result = 1;
  for (const auto extent : shape)
    result *= static_cast<std::size_t>(extent);
  return result;
}

} // namespace

tensor_view::tensor_view(std::string n, std::vector<std::int64_t> s, std::span<const float> values)
  : name(std::move(n)), type(tensor_type::f32), shape(std::move(s)), bytes(std::as_bytes(values)) {}

tensor_view::tensor_view(std::string n, std::vector<std::int64_t> s, std::span<const double> values)
  : name(std::move(n)), type(tensor_type::f64), shape(std::move(s)), bytes(std::as_bytes(values)) {}

tensor_view::tensor_view(std::string n, std::vector<std::int64_t> s, std::span<const std::int64_t> values)
  : name(std::move(n)), type(tensor_type::i64), shape(std::move(s)), bytes(std::as_bytes(values)) {}

void write_safetensors(const std::filesystem::path& path, std::span<const tensor_view> tensors,
                       const tensor_metadata& metadata) {
  std::vector<const tensor_view*> in_order;
  for (const auto& tensor : tensors) {
    assert(tensor.bytes.size() == product(tensor.shape) * element_bytes(tensor.type));
    in_order.push_back(&tensor);
  }
  std::stable_sort(in_order.begin(), in_order.end(), [](const tensor_view* a, const tensor_view* b) {
    return element_bytes(a->type) > element_bytes(b->type);
  });
  std::vector<tensor_entry> entries;
  std::size_t offset = 0;
  for (const auto* tensor : in_order) {
    entries.push_back({tensor->name, tensor->type, tensor->shape, offset, tensor->bytes.size()});
    offset += tensor->bytes.size();
  }
  const auto header = format_safetensors_header(entries, metadata);
  const std::uint64_t length = header.size();

  atomic_file file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(header);
  for (const auto* tensor : in_order)
    file.write(tensor->bytes);
  file.commit();
}

safetensors_file::safetensors_file(std::filesystem::path path) : file_(std::move(path), O_RDONLY | O_NONBLOCK) {
  // A pipe would keep us waiting for who writes into it.
  file_.require_file();
  const auto refuse = [this](const std::string& reason) {
    throw invalid_input(fmt::format("{}: not a sound safetensors file: {}", file_.path().string(), reason));
  };
  const auto file_bytes = file_.size();
  std::uint64_t length = 0;
  if (file_bytes < length_bytes || !file_.read_at(0, std::as_writable_bytes(std::span(&length, 1))))
    refuse(fmt::format("it has {} bytes, at least {} are needed", file_bytes, length_bytes));
  char begin = 0;
  if (length > longest_safetensors_header && file_.read_at(length_bytes, std::as_writable_bytes(std::span(&begin, 1)))
      && begin != '{')
    refuse("it does not begin as one");
  if (length > longest_safetensors_header)
    refuse(
      fmt::format("its header is said to have {} bytes, at most {} are allowed", length, longest_safetensors_header));
  if (length > file_bytes - length_bytes)
    refuse(fmt::format("cut short: its header has {} bytes, {} are there", length, file_bytes - length_bytes));
  std::string header(length, '\0');
  if (!file_.read_at(length_bytes, std::as_writable_bytes(std::span(header))))
    refuse("cut short inside its header");
  try {
    parse_safetensors_header(header, file_bytes - length_bytes - length, tensors_, metadata_);
  } catch (const invalid_input& error) {
    refuse(error.what());
  }
  for (auto& tensor : tensors_)
    tensor.offset += length_bytes + length;
}

const tensor_entry* safetensors_file::find(std::string_view name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(), [&](const auto& t) { return t.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

void safetensors_file::read(const tensor_entry& tensor, std::span<float> out) const {
  assert(tensor.type == tensor_type::f32);
  read_bytes(tensor, std::as_writable_bytes(out));
}

void safetensors_file::read(const tensor_entry& tensor, std::span<double> out) const {
  assert(tensor.type == tensor_type::f64);
  read_bytes(tensor, std::as_writable_bytes(out));
}

void safetensors_file::read(const tensor_entry& tensor, std::span<std::int64_t> out) const {
  assert(tensor.type == tensor_type::i64);
  read_bytes(tensor, std::as_writable_bytes(out));
}

void safetensors_file::read_bytes(const tensor_entry& tensor, std::span<std::byte> out) const {
  assert(out.size() == tensor.size_bytes);
  // The header was checked against the file's size: it can only end early where somebody cut it since.
  if (!file_.read_at(tensor.offset, out))
    throw io_failure(file_.path(), "read", EIO);
}

} // namespace paceline
