#include "cluster/config/nearest_key.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace paceline {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment, three rows at a time.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

namespace {

/// What other programs call it, or people for short.
constexpr std::pair<std::string_view, std::string_view> other_names[] = {
  {"batch", "batch_size"}, {"batchnorm", "batch_norm"},
  {"bn", "batch_norm"},    {"bs", "batch_size"},
  {"conv", "convolution"}, {"conv2d", "convolution"},
  {"cuda", "cuda:0"},      {"dense", "linear"},
  {"fc", "linear"},        {"gpu", "cuda:0"},
  {"lr", "learning_rate"}, {"tau", "period_group"},
  {"wd", "weight_decay"},  {"workers_per_group", "workers"}};

} // namespace

std::string nearest_key(std::string_view typed, std::span<const std::string> known) {
  for (const auto& [other, name] : other_names)
    if (other == typed && std::ranges::find(known, name) != known.end())
      return std::string(name);
  constexpr std::size_t longest_worth_comparing = 100;
  if (typed.size() > longest_worth_comparing)
    return {};
  std::string nearest;
  auto least = longest_worth_comparing;
  for (const auto& key : known) {
    const auto distance = edit_distance(typed, key);
    const auto limit = std::max<std::size_t>(1, std::max(typed.size(), key.size()) / 3);
    // A word of which nothing is left is not a typo.
    if (distance <= limit && distance < key.size() && distance < least) {
      least = distance;
      nearest = key;
    }
  }
  return nearest;
}

} // namespace paceline
