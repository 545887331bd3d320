#pragma once

#include "messages/node_state.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace paceline {

struct seat_settings {
  /// Name of this node.
  std::string own;
  /// Names of all nodes of the run, this one included.
  std::vector<std::string> nodes;
  /// So long a starting node waits for the word of all others before it claims the seat.
  std::chrono::nanoseconds patience{0};
  /// Highest term of the run before it was resumed.
  std::uint64_t first_term = 0;
};

/// Something has changed in who holds the seat, as this node sees it.
struct seat_change {
  /// The holder's name is empty where the seat is vacant.
  seat_claim seat;
  /// This node has just taken it.
  bool taken = false;
  /// Why, in words for people.
  std::string reason;
};

/// The place of the global leader, as one node sees it. Knows no actor; time is passed in; the whole state is soft.
///
/// - Sticky: whoever holds the seat keeps it as long as it lives. Of two claims that of the higher term stands, of equal terms
///   that of the lower name; a term known once is never forgotten, so terms only rise.
/// - Vacant is a seat whose holder this node has lost and no live node says to see. The lowest-named live node takes it, with
///   the highest known term + 1. One that has lost all others is more likely cut off than the last: it waits half its patience, until
///   they have lost it too and nobody follows its decisions, and takes it only if it is alone still.
/// - Nodes tell each other what they see themselves, never what they have heard; else two could keep a dead holder alive by
///   each other's word.
/// - A claim in this node's own name that it did not make is of an earlier incarnation: it keeps its term, and nobody holds it.
class seat {
 public:
  seat(const seat_settings& settings, std::chrono::nanoseconds now);

  /// A node lives from now on; what it says of the seat is not known yet. A new incarnation holds nothing, so it is to be lost first.
  void joined(const std::string& node);
  /// A live node says what it sees (node_state::seat). The word of one that is not live is passed over.
  void heard(const std::string& node, const seat_claim& claim);
  void lost(const std::string& node);

  /// To be called after each of the above, and now and then: who holds the seat by now, where that has changed.
  std::optional<seat_change> settle(std::chrono::nanoseconds now);

  /// Who holds it, also where this node has only heard so; no name while it is vacant. The term is the highest known.
  const seat_claim& holder() const { return current_; }
  bool held() const { return held_; }

  /// What this node tells the others: the holder only where it sees it live, or is it.
  seat_claim told() const;

 private:
  /// The best claim among what live nodes say and what this node knew.
  seat_claim best_claim() const;
  /// Another live node claims the term that this one holds.
  bool is_contested() const;
  /// Whether the holder of a claim still holds it, by its own word or that of a live node.
  bool stands(const seat_claim& claim) const;
  bool may_claim(std::chrono::nanoseconds now) const;
  /// Why this node takes a vacant seat.
  std::string reason_to_take() const;
  std::string reason_to_follow(const seat_claim& claim) const;

  seat_settings settings_;
  std::chrono::nanoseconds started_at_;
  /// Live nodes without this one, and their last word, if there was any.
  std::map<std::string, std::optional<seat_claim>> live_;
  std::set<std::string> ever_heard_;
  /// Since when no other node that has said a word lives, where one did before.
  std::optional<std::chrono::nanoseconds> alone_since_;
  seat_claim current_;
  bool held_ = false;
  /// Who held it before it fell vacant; empty where nobody is known.
  std::string last_holder_;
};

} // namespace paceline
