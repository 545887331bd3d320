#include "cluster/checkpoint/safetensors_header.hpp"

#include "cluster/files/json_text.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

constexpr const char* metadata_key = "__metadata__";

/// Parses JSON in which no object may name a key twice; nlohmann's parser alone would keep the last one.
json parse_strictly(std::string_view text) {
  // Keys seen in the object open at each depth. The format nests two objects deep.
  constexpr int deepest = 3;
  std::vector<std::set<std::string>> seen(deepest + 1);
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > deepest)
      throw invalid_input("its header is nested too deeply");
    const auto level = static_cast<std::size_t>(depth);
    if (event == json::parse_event_t::object_start && depth < deepest)
      seen[level + 1].clear();
    if (event == json::parse_event_t::key && !seen[level].insert(parsed.get<std::string>()).second)
      throw invalid_input(fmt::format("its header names \"{}\" twice", parsed.get<std::string>()));
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::parse_error& error) {
    throw invalid_input(fmt::format("its header is not JSON at byte {}", error.byte));
  } catch (const json::out_of_range&) {
    throw invalid_input("its header has a number that no double holds");
  }
}

tensor_type parse_type(const std::string& name, const json& tensor) {
  const auto text = tensor.value("dtype", json());
  for (const auto type : {tensor_type::f32, tensor_type::f64, tensor_type::i64})
    if (text == to_string(type))
      return type;
  throw invalid_input(fmt::format("tensor \"{}\" has dtype {}, allowed are F32, F64 and I64", name, text.dump()));
}

/// The list of non-negative integers under `key`.
std::vector<std::int64_t> parse_extents(const std::string& name, const json& tensor, const char* key) {
  const auto list = tensor.value(key, json());
  const auto is_extent = [](const json& item) {
    return item.is_number_unsigned()
           && item.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  };
  if (!list.is_array() || !std::all_of(list.begin(), list.end(), is_extent))
    throw invalid_input(
      fmt::format("tensor \"{}\" has {} {}, a list of whole numbers is needed", name, key, list.dump()));
  return list.get<std::vector<std::int64_t>>();
}

/// Bytes of a tensor of that shape, or nothing where it is more than any file holds.
std::optional<std::size_t> bytes_of(tensor_type type, std::span<const std::int64_t> shape) {
  auto bytes = element_bytes(type);
  for (const auto extent : shape)
    if (__builtin_mul_overflow(bytes, static_cast<std::size_t>(extent), &bytes))
      return std::nullopt;
  return bytes;
}

tensor_entry parse_tensor(const std::string& name, const json& tensor) {
  if (!tensor.is_object())
    throw invalid_input(fmt::format("tensor \"{}\" is not described by an object", name));
  tensor_entry entry;
  entry.name = name;
  entry.type = parse_type(name, tensor);
  entry.shape = parse_extents(name, tensor, "shape");
  const auto offsets = parse_extents(name, tensor, "data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    throw invalid_input(
      fmt::format("tensor \"{}\" has data_offsets {}, begin and end are needed", name, tensor["data_offsets"].dump()));
  entry.offset = static_cast<std::size_t>(offsets[0]);
  entry.size_bytes = static_cast<std::size_t>(offsets[1] - offsets[0]);
  if (bytes_of(entry.type, entry.shape) != entry.size_bytes)
    throw invalid_input(fmt::format("tensor \"{}\" has {} bytes, which is not its shape {} of {}", name,
                                    entry.size_bytes, tensor["shape"].dump(), to_string(entry.type)));
  return entry;
}

tensor_metadata parse_metadata(const json& object) {
  const auto is_text = [](const json& item) { return item.is_string(); };
  if (!object.is_object() || !std::all_of(object.begin(), object.end(), is_text))
    throw invalid_input(fmt::format("its {} is not an object of strings", metadata_key));
  return object.get<tensor_metadata>();
}

/// Tensors must lie end to end and fill the data: whatever is hidden in a hole would be read by nobody.
void check_packing(std::span<const tensor_entry> by_offset, std::size_t data_bytes) {
  std::size_t end = 0;
  for (const auto& tensor : by_offset) {
    if (tensor.offset != end)
      throw invalid_input(fmt::format("tensor \"{}\" begins at byte {} of the data, the one before it ends at {}",
                                      tensor.name, tensor.offset, end));
    end += tensor.size_bytes;
  }
  if (end > data_bytes)
    throw invalid_input(fmt::format("cut short: its tensors have {} bytes, {} are there", end, data_bytes));
  if (end < data_bytes)
    throw invalid_input(fmt::format("{} bytes lie behind its last tensor", data_bytes - end));
}

} // namespace

const char* to_string(tensor_type type) {
  switch (type) {
    case tensor_type::f32:
      return "F32";
    case tensor_type::f64:
      return "F64";
    case tensor_type::i64:
      return "I64";
  }
  return "unknown";
}

std::size_t element_bytes(tensor_type type) {
  return type == tensor_type::f32 ? 4 : 8;
}

std::string format_safetensors_header(std::span<const tensor_entry> tensors, const tensor_metadata& metadata) {
  // Ordered: people who look into a file find its tensors in the order in which they lie.
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty())
    header[metadata_key] = metadata;
  for (const auto& tensor : tensors)
    header[tensor.name] = {{"dtype", to_string(tensor.type)},
                           {"shape", tensor.shape},
                           {"data_offsets", {tensor.offset, tensor.offset + tensor.size_bytes}}};
  auto text = json_text(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

void parse_safetensors_header(std::string_view header, std::size_t data_bytes, std::vector<tensor_entry>& tensors,
                              tensor_metadata& metadata) {
  const auto object = parse_strictly(header);
  if (!object.is_object())
    throw invalid_input("its header is not a JSON object");
  tensors.clear();
  metadata.clear();
  for (const auto& [name, value] : object.items()) {
    if (name == metadata_key)
      metadata = parse_metadata(value);
    else
      tensors.push_back(parse_tensor(name, value));
  }
  // Empty tensors share their offset with the one behind them and must come first.
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.offset, a.size_bytes) < std::pair(b.offset, b.size_bytes);
  });
  check_packing(tensors, data_bytes);
}

} // namespace paceline
