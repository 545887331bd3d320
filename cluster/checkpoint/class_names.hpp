#pragma once

#include "cluster/checkpoint/parameter_file.hpp"

#include <string>
#include <vector>

namespace paceline {

/// Names of classes as a checkpoint's files hold them under "classes": a list as JSON.
std::string class_names_text(const std::vector<std::string>& names);

/// Throws invalid_input, with the first name that differs, where the file was made of other classes than the data set of that name has, or of
/// the same in another order: its answers would mean something else. Files that do not say their classes pass.
void require_same_classes(const parameter_file& file, const std::vector<std::string>& names, const std::string& data);

} // namespace paceline
