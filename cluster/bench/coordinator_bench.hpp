#pragma once

#include "cluster/bench/coordinator_node.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace paceline {

struct coordinator_bench_result {
  /// By name; one holds the seat.
  std::vector<coordinator_finding> nodes;
};

/// What the global leader's seat costs, as shares of a core.
struct seat_costs {
  /// All threads of the node that holds the seat but its workers': the global leader, and all that the node does of its own.
  double holder = 0;
  /// The same of a node that does not hold it: median over them.
  double other = 0;

  double seat() const { return holder - other; }
};

/// Requires at least two nodes, one of which holds the seat.
seat_costs costs_of(const coordinator_bench_result& result);

/// Starts each node as a process that rides with sleeping workers over sockets of this machine, each of which reports once a second
/// through its group's leader to the global one, and measures what processor time the node that holds the seat takes beside its
/// workers' threads. The goal is less than 5 % of a core at a thousand workers.
/// Throws std::runtime_error where the nodes do not come together, one of them fails, or somebody stops it.
coordinator_bench_result run_coordinator_bench(const coordinator_bench_settings& settings);

std::string to_text(const coordinator_bench_settings& settings, const coordinator_bench_result& result);
nlohmann::json to_json(const coordinator_bench_settings& settings, const coordinator_bench_result& result);

} // namespace paceline
