#pragma once

#include <string>
#include <vector>

namespace paceline {

/// Something that could compute.
struct device_info {
  /// As a cluster file names it: "cpu", "cuda:0"; "cuda" where it cannot be said how many there are.
  std::string name;
  /// What it is, in words; empty where that cannot be told.
  std::string description;
  /// Why it cannot be used, in one line; empty where it can.
  std::string problem;
};

/// The CPU, and all GPUs or why there are none. Asks the drivers, which takes a moment.
std::vector<device_info> list_devices();

} // namespace paceline
