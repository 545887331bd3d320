#pragma once

#include "messages/centre_exchange.hpp"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace paceline {

/// Says which contributions the centre is to answer together. The first ones wait until each worker has given one, since the centre
/// begins at the mean of all; those of a barrier wait for the others each time, and others are answered as they come. Who has
/// left is not waited for.
class contribution_rounds {
 public:
  /// `begun`: whether the centre is there already. `together`: whether the strategy is a barrier.
  contribution_rounds(std::vector<worker_id> workers, bool together, bool begun);

  /// Returns those to answer now, in order of workers; none where others are waited for.
  std::vector<contribution> add(contribution one);

  /// The worker gives nothing any more. What it had given is forgotten.
  std::vector<contribution> leave(worker_id worker);

  /// Nobody is waited for any more. Returns those that wait, which are not answered.
  std::vector<contribution> give_up() { return std::exchange(waiting_, {}); }

 private:
  std::vector<contribution> take_where_complete();

  std::set<worker_id> live_;
  bool together_;
  bool begun_;
  /// In order of workers.
  std::vector<contribution> waiting_;
};

} // namespace paceline
