#include "cluster/checkpoint/class_names.hpp"

#include "cluster/files/json_text.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace paceline {

std::string class_names_text(const std::vector<std::string>& names) {
  return json_text(nlohmann::json(names));
}

void require_same_classes(const parameter_file& file, const std::vector<std::string>& names, const std::string& data) {
  const auto found = file.metadata().find("classes");
  if (found == file.metadata().end() || found->second == class_names_text(names))
    return;
  const auto theirs = nlohmann::json::parse(found->second, nullptr, false);
  if (!theirs.is_array())
    throw invalid_input(fmt::format("{}: the names of its classes are damaged", file.path().string()));
  // Another number of classes is another model, which is somebody else's to say.
  for (std::size_t i = 0; i < std::min(theirs.size(), names.size()); ++i)
    if (const auto here = nlohmann::json::parse(class_names_text({names[i]})).front(); theirs[i] != here)
      throw invalid_input(
        fmt::format("{}: class {} was {} when it was trained, and is {} in {}; allowed: the same classes",
                    file.path().string(), i, json_text(theirs[i]), json_text(here), data));
}

} // namespace paceline
