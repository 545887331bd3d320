#pragma once

#include "cluster/link/exchange_message.hpp"
#include "messages/ids.hpp"

#include <algorithm>
#include <cstddef>
#include <list>
#include <string>
#include <utility>

namespace paceline {

/// Tells what replaces what: a newer contribution of a worker the one before, a newer answer to it the one before.
struct exchange_key {
  std::string peer;
  worker_id worker;
  exchange_message::kind what = exchange_message::kind::contribution;

  friend bool operator==(const exchange_key&, const exchange_key&) = default;
};

/// A queue in which of each key only the newest waits, in the place of the one before, so that nobody waits for ever behind others
/// that say more. A peer may name workers as it likes: so few of each peer wait.
template <class Value>
class waiting_exchanges {
 public:
  static constexpr std::size_t most_of_a_peer = 256;

  /// `value` is swapped for the one that it replaces, for the caller to drop where that holds nobody up. False where so many of the
  /// peer wait that it is not taken.
  bool put(const exchange_key& key, Value& value) {
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const auto& each) { return each.key == key; });
    if (same != entries_.end()) {
      std::swap(same->value, value);
      return true;
    }
    const auto of_peer =
      std::count_if(entries_.begin(), entries_.end(), [&](const auto& each) { return each.key.peer == key.peer; });
    if (static_cast<std::size_t>(of_peer) >= most_of_a_peer)
      return false;
    entries_.push_back({key, std::move(value)});
    return true;
  }

  bool empty() const { return entries_.empty(); }

  /// The one that has waited longest. Requires: there is one.
  const Value& front() const { return entries_.front().value; }
  Value take() {
    auto first = std::move(entries_.front().value);
    entries_.pop_front();
    return first;
  }

 private:
  struct entry {
    exchange_key key;
    Value value;
  };
  std::list<entry> entries_;
};

} // namespace paceline
