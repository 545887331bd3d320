#pragma once

#include <string>

namespace paceline {

/// Where a node can be reached: ZeroMQ endpoints ("ipc:///run/x/a.control", "tcp://10.0.0.1:7100").
struct node_endpoints {
  std::string name;
  std::string control;
  std::string snapshots;
  std::string transfer;

  friend bool operator==(const node_endpoints&, const node_endpoints&) = default;
};

} // namespace paceline
