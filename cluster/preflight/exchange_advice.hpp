#pragma once

#include <cstdint>

namespace paceline {

/// What training and exchanging parameters cost, as measured.
struct exchange_costs {
  /// Of the fastest worker: its periods are the shortest.
  double seconds_a_step = 0;
  /// Of the slowest: a pull, and a leader's copy of its parameters.
  double seconds_a_pull = 0;
  double seconds_a_copy = 0;
  std::uint32_t workers_of_group = 1;
  /// Of all nodes together.
  std::uint32_t workers = 1;
  std::uint32_t nodes = 1;
  /// As it travels between nodes.
  double snapshot_bytes = 0;
  /// Of the worst link that could be measured: from publishing a snapshot to the answer that it has arrived, and of a control
  /// message; 0 where there is no link.
  double bytes_per_second = 0;
  double round_trip_seconds = 0;
};

/// tau and tau_G: steps a worker between two choices of a group's leader, and of the global one.
struct exchange_periods {
  std::uint64_t group = 1;
  std::uint64_t global = 1;

  friend bool operator==(const exchange_periods&, const exchange_periods&) = default;
};

/// What is to be expected of two periods.
struct exchange_forecast {
  exchange_periods periods;
  /// Time of a worker that goes into pulls and copies, against that of its steps.
  double worker_share = 0;
  /// Share of the time in which a global exchange is under way. No step waits for it; but the longer it takes, the older are the
  /// parameters that arrive.
  double exchange_share = 0;
  /// What the global leader's node sends to all others together.
  double bytes_per_second = 0;
  /// The same as a share of what a link carries.
  double bandwidth_share = 0;
};

/// With step time s, pull p, copy c, n nodes, W workers of which G are in a group, snapshots of b bytes, bandwidth B, round trip r:
///   worker_share     = (p + c / G) / (tau s) + (p + c / W) / (tau_G s)
///   exchange_share   = (b / B + r) / (tau_G s)
///   bytes_per_second = (n - 1) b / (tau_G s)
///   bandwidth_share  = bytes_per_second / B
/// What needs a link is 0 where there is none.
/// Requires: seconds_a_step > 0, periods >= 1.
exchange_forecast forecast(const exchange_costs& costs, exchange_periods periods);

inline constexpr double most_worker_share = 0.02;
inline constexpr double most_exchange_share = 0.02;
inline constexpr double most_bandwidth_share = 0.5;

/// The smallest periods that keep within the shares above, both powers of two (so tau_G is a multiple of tau): first the smallest tau
/// whose worker_share is within its bound with tau_G = tau, then the smallest tau_G from there on that is within the others.
/// At most 2^29, where nothing is small enough.
/// Requires: seconds_a_step > 0.
exchange_periods recommended_periods(const exchange_costs& costs);

} // namespace paceline
