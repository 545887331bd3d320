#include "cluster/checkpoint/parameter_file.hpp"

#include "cluster/config/config_json.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

namespace paceline {

namespace {

constexpr const char* format_name = "paceline";
constexpr const char* format_version = "1";

std::string fingerprint_text(const parameter_layout& layout) {
  return fmt::format("{:016x}", layout.fingerprint());
}

std::string shape_text(const tensor_entry& tensor) {
  return fmt::format("{} {}", to_string(tensor.type), tensor.shape);
}

} // namespace

std::vector<tensor_view> view_parameters(const parameter_layout& layout, std::span<const float> parameters,
                                         std::string_view prefix) {
  assert(parameters.size() == layout.size());
  std::vector<tensor_view> views;
  for (const auto& slice : layout.slices())
    views.emplace_back(std::string(prefix) + slice.name, slice.shape, parameters.subspan(slice.offset, slice.size));
  return views;
}

tensor_metadata describe_parameters(const parameter_layout& layout, std::string model, std::string data) {
  return {{"format", format_name},
          {"format_version", format_version},
          {"fingerprint", fingerprint_text(layout)},
          {"model", std::move(model)},
          {"data", std::move(data)}};
}

parameter_file::parameter_file(const std::filesystem::path& file_or_checkpoint)
  : file_(std::filesystem::is_directory(file_or_checkpoint) ? file_or_checkpoint / "centre.safetensors"
                                                            : file_or_checkpoint) {
  const auto format = metadata().find("format");
  if (format == metadata().end() || format->second != format_name)
    throw invalid_input(
      fmt::format("{}: not a file of paceline: its metadata has no \"format\": \"{}\"", path().string(), format_name));
  if (text("format_version") != format_version)
    throw invalid_input(fmt::format("{}: has format version {}, this program reads version {}", path().string(),
                                    text("format_version"), format_version));
}

const std::string& parameter_file::text(const std::string& key) const {
  const auto found = metadata().find(key);
  if (found == metadata().end())
    throw invalid_input(fmt::format("{}: its metadata has no \"{}\"", path().string(), key));
  return found->second;
}

std::uint64_t parameter_file::count(const std::string& key) const {
  constexpr std::uint64_t most = std::uint64_t{1} << 53;
  const auto& said = text(key);
  const auto* end = said.data() + said.size();
  std::uint64_t number = 0;
  if (const auto [parsed, error] = std::from_chars(said.data(), end, number);
      error != std::errc{} || parsed != end || number > most)
    throw invalid_input(fmt::format("{}: \"{}\" is \"{}\", needed is a whole number of at most 2^53", path().string(),
                                    key, shortened(said, 60)));
  return number;
}

std::vector<float> parameter_file::read(const parameter_layout& layout, std::string_view prefix) const {
  const auto refuse = [this](const std::string& difference) {
    throw invalid_input(fmt::format("{}: checkpoint of another model: {}", path().string(), difference));
  };
  for (const auto& slice : layout.slices()) {
    const auto name = std::string(prefix) + slice.name;
    const auto* tensor = file_.find(name);
    if (tensor == nullptr)
      refuse(fmt::format("it has no tensor \"{}\"", name));
    if (tensor->type != tensor_type::f32 || tensor->shape != slice.shape)
      refuse(fmt::format("\"{}\" is {}, expected F32 {}", name, shape_text(*tensor), slice.shape));
  }
  // A worker's file holds tensors of other prefixes too; only those of bare parameters and of this prefix are
  // compared.
  for (const auto& tensor : file_.tensors()) {
    const std::string_view name = tensor.name;
    const bool concerned = prefix.empty() ? name.find('/') == std::string_view::npos : name.starts_with(prefix);
    if (concerned && layout.find(name.substr(prefix.size())) == nullptr)
      refuse(fmt::format("\"{}\" is none of its parameters", name));
  }
  if (text("fingerprint") != fingerprint_text(layout))
    refuse("its parameters have another order");
  std::vector<float> parameters(layout.size());
  for (const auto& slice : layout.slices())
    file_.read(*file_.find(std::string(prefix) + slice.name), std::span(parameters).subspan(slice.offset, slice.size));
  return parameters;
}

bool parameter_file::has(std::string_view prefix) const {
  return std::any_of(file_.tensors().begin(), file_.tensors().end(),
                     [&](const auto& tensor) { return tensor.name.starts_with(prefix); });
}

} // namespace paceline
