#include "cluster/checkpoint/centre_file.hpp"

#include "cluster/checkpoint/parameter_file.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace paceline {
namespace {

constexpr std::string_view momentum_prefix = "momentum/";
constexpr std::string_view anchor_prefix = "anchor-";

std::string prefix_of(worker_id worker) {
  return fmt::format("{}{}/", anchor_prefix, to_string(worker));
}

} // namespace

void write_centre(const std::filesystem::path& path, const centre_state& centre, const parameter_layout& layout,
                  tensor_metadata metadata) {
  auto tensors = view_parameters(layout, centre.parameters);
  const auto add = [&](const std::vector<float>& vector, std::string_view prefix) {
    if (!vector.empty())
      for (auto& tensor : view_parameters(layout, vector, prefix))
        tensors.push_back(std::move(tensor));
  };
  add(centre.momentum, momentum_prefix);
  for (const auto& [worker, anchor] : centre.anchors)
    add(anchor, prefix_of(worker));
  metadata["kind"] = "strategy";
  metadata["exchanges"] = std::to_string(centre.exchanges);
  write_safetensors(path, tensors, metadata);
}

centre_state read_centre(const std::filesystem::path& path, const parameter_layout& layout) {
  const parameter_file file(path);
  centre_state centre;
  centre.parameters = file.read(layout);
  // Those of earlier versions do not say.
  centre.exchanges = file.metadata().contains("exchanges") ? file.count("exchanges") : 0;
  if (file.has(momentum_prefix))
    centre.momentum = file.read(layout, momentum_prefix);
  for (const auto& tensor : file.tensors().tensors()) {
    const std::string_view name = tensor.name;
    if (!name.starts_with(anchor_prefix))
      continue;
    const auto slash = name.find('/');
    const auto worker =
      worker_id_from_text(std::string(name.substr(anchor_prefix.size(), slash - anchor_prefix.size())));
    if (slash == std::string_view::npos || !worker)
      throw invalid_input(fmt::format("{}: \"{}\" is no worker's anchor", path.string(), name));
    if (!centre.anchors.contains(*worker))
      centre.anchors[*worker] = file.read(layout, prefix_of(*worker));
  }
  return centre;
}

} // namespace paceline
