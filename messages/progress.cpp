#include "messages/progress.hpp"

namespace paceline {

compute_counters& compute_counters::operator+=(const compute_counters& other) {
  steps += other.steps;
  stepping += other.stepping;
  waited_for_data += other.waited_for_data;
  waited_for_messages += other.waited_for_messages;
  pulls_group += other.pulls_group;
  pulls_global += other.pulls_global;
  superseded += other.superseded;
  exchanges += other.exchanges;
  snapshots_taken += other.snapshots_taken;
  withheld += other.withheld;
  recoveries += other.recoveries;
  probes += other.probes;
  probing += other.probing;
  pictures_replaced += other.pictures_replaced;
  return *this;
}

} // namespace paceline
