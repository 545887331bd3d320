#pragma once

#include "cluster/config/config_json.hpp"
#include "cluster/reproduce/experiment.hpp"

#include <span>
#include <string>
#include <vector>

namespace paceline {

/// All that the paper has and the program can make, in the order in which they are told to people.
const std::vector<experiment>& experiments();

/// Those that the user named, each once, in the order of naming; "all" stands for all.
/// Throws invalid_input for an unknown name, with the nearest one.
std::vector<const experiment*> experiments_named(std::span<const std::string> names);

// Each of them.
experiment sinc_experiment();
experiment matrix_completion_experiment();
experiment double_well_experiment();
experiment leader_identity_experiment();
/// cnn7-4, cnn7-16, resnet20-4, resnet20-16 and vgg16-4.
std::vector<experiment> network_experiments();

/// Sections of a cluster file as a run of that name, checked as a file is. The run goes on in lock-step where `lockstep`, and tests
/// only at its end where the file does not say otherwise.
/// Throws config_errors.
planned_run planned(const std::string& series, const std::string& name, const config_json& sections, bool lockstep);

} // namespace paceline
