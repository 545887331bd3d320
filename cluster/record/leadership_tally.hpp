#pragma once

#include "messages/ids.hpp"
#include "messages/leader_announcement.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace paceline {

/// Counts who led how often. Fed with decisions as they are made, and on a resume with the lines of leadership.jsonl.
class leadership_tally {
 public:
  void add(const leader_announcement& decision);

  /// A line of leadership.jsonl; anything else is passed over.
  void add_record(const nlohmann::json& record);

  /// Share of the decisions of the worker's group that made it leader, 0 to 1; 0 before the first decision.
  double group_share(worker_id worker) const;
  /// Share of the global decisions that made it leader, 0 to 1.
  double global_share(worker_id worker) const;

  std::uint64_t group_decisions() const { return group_decisions_; }
  std::uint64_t global_decisions() const { return global_.decisions; }

  /// How often a decision named another leader than the one before it in the same scope and group.
  std::uint64_t changes() const { return changes_; }

  /// Workers that led in any scope at least once.
  std::size_t distinct_leaders() const { return leaders_.size(); }

 private:
  struct counts {
    std::uint64_t decisions = 0;
    std::map<worker_id, std::uint64_t> led;
    std::optional<worker_id> latest;

    double share(worker_id worker) const;
  };

  void count(counts& where, worker_id leader);

  std::map<std::uint32_t, counts> groups_;
  counts global_;
  std::uint64_t group_decisions_ = 0;
  std::uint64_t changes_ = 0;
  std::set<worker_id> leaders_;
};

} // namespace paceline
