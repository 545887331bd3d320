#pragma once

#include "cluster/config/config_json.hpp"
#include "cluster/config/run_config.hpp"
#include "compute/model.hpp"

#include <string>

namespace paceline {

/// The model that a cluster file asks for, for data of that shape and number of classes.
/// Throws config_errors (an invalid_input) that names the key where the model does not fit the data.
model model_from_config(const run_config& config, feature_shape input, std::int64_t classes);

/// A model's name, input and layers: all that is needed to build it again, without the cluster file.
config_json model_to_json(const model& m);

/// Builds the model that model_to_json described: the same layers and parameter layout. `place` names the JSON in messages.
/// Throws config_errors where it is damaged.
model model_from_json(const config_json& json, const std::string& place);

} // namespace paceline
