#include "cluster/link/snapshot_audience.hpp"

#include <algorithm>

namespace paceline {

std::vector<snapshot_audience::subscriber>::iterator snapshot_audience::find(const std::string& route) {
  return std::find_if(subscribers_.begin(), subscribers_.end(), [&](const auto& each) { return each.route == route; });
}

void snapshot_audience::heard(const std::string& route, frame_credit credit) {
  auto known = find(route);
  if (known == subscribers_.end()) {
    if (subscribers_.size() == most_)
      subscribers_.erase(subscribers_.begin());
    subscribers_.push_back({.route = route, .up_to = newest_});
  } else {
    std::rotate(known, known + 1, subscribers_.end());
  }
  auto& one = subscribers_.back();
  // One with less was said before the frame arrived that is on its way. One with more counts frames of a connection before this one.
  if (credit.received < one.sent)
    return;
  one.sent = credit.received;
  one.has_credit = true;
}

void snapshot_audience::withdraw() {
  for (auto& each : subscribers_)
    each.up_to = newest_;
}

std::vector<std::string> snapshot_audience::due() const {
  std::vector<std::string> routes;
  for (const auto& each : subscribers_)
    if (each.has_credit && each.up_to < newest_)
      routes.push_back(each.route);
  return routes;
}

bool snapshot_audience::wants_newest() const {
  return std::any_of(subscribers_.begin(), subscribers_.end(), [&](const auto& each) { return each.up_to < newest_; });
}

void snapshot_audience::sent(const std::string& route) {
  const auto to = find(route);
  if (to == subscribers_.end())
    return;
  ++to->sent;
  to->has_credit = false;
  to->up_to = newest_;
}

void snapshot_audience::gone(const std::string& route) {
  std::erase_if(subscribers_, [&](const auto& each) { return each.route == route; });
}

} // namespace paceline
