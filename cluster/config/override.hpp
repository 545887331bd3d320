#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/config_json.hpp"

#include <span>
#include <string>

namespace paceline {

/// Puts the values of `--set key.path=value` options into a document, in order, so that later ones win. A value is JSON
/// where it parses as that, else text; a path goes through objects (made where they are missing, in place of a value that
/// is none) and existing list elements: "model.layers[0].channels". Whether a key means anything is for the reader to say;
/// `errors` is told which value came from which override, so that the reader's errors name it.
void apply_overrides(config_json& root, std::span<const std::string> overrides, error_list& errors);

} // namespace paceline
