#pragma once

#include "messages/centre_exchange.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace paceline {

/// The exchanges of one node's workers with a centre that may be on another node, and may move: what is under way, what is to be said again, and
/// who has an answer of the centre as it is now. Who has none gives as one that has just begun, whatever it says. Knows no actor and no time.
/// Of a worker the newest contribution counts.
class centre_gate {
 public:
  /// A contribution is said again when it has no answer after `patience`, then after twice as long each time, up to sixteen times: a barrier may
  /// rightly keep it waiting.
  explicit centre_gate(std::chrono::nanoseconds patience) : patience_(patience) {}

  /// A worker gives. Returns the contribution as it is to be sent.
  contribution give(contribution one, std::chrono::nanoseconds now);

  /// Whether that is what its worker waits for, from the centre as it is now; it does not any more then.
  bool answered(const centre_answer& answer);

  /// The worker exchanges no more, until it gives again.
  void leave(worker_id worker);
  /// Who does not.
  const std::set<worker_id>& left() const { return left_; }

  /// The centre is where that term's holder of the seat is (seat.hpp), and can be reached there. Under another term than before it begins anew:
  /// nobody has an answer of it. Returns all that is to be sent to it, also what was said before.
  std::vector<contribution> move(std::uint64_t term, std::chrono::nanoseconds now);

  /// What is to be said again by now.
  std::vector<contribution> due(std::chrono::nanoseconds now);

  /// Nothing is waited for any more. Returns what was.
  std::vector<contribution> give_up();

 private:
  struct pending {
    contribution given;
    std::chrono::nanoseconds again_at{0};
    std::chrono::nanoseconds wait{0};
  };

  std::chrono::nanoseconds patience_;
  std::map<worker_id, pending> pending_;
  std::set<worker_id> left_;
  /// Who has an answer of the centre where it is now.
  std::set<worker_id> settled_;
  /// 0 before anybody has the centre: terms begin at 1.
  std::uint64_t term_ = 0;
};

} // namespace paceline
