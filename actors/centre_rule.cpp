#include "actors/centre_rule.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>

namespace paceline {

void centre_rule::restore(centre_state state) {
  state_ = std::move(state);
  state_.answered.clear();
}

std::vector<centre_answer> centre_rule::answer(std::span<const contribution> given) {
  assert(!given.empty());
  state_.exchanges += given.size();
  for (const auto& one : given)
    state_.answered[one.worker] = one.number;
  if (has_centre() && state_.parameters.empty())
    state_.parameters = mean_of(given);
  std::vector<contribution> whole;
  std::copy_if(given.begin(), given.end(), std::back_inserter(whole), [](const auto& one) { return one.values; });
  auto answers = whole.empty() ? std::vector<centre_answer>() : exchange(whole);
  if (whole.size() == given.size())
    return answers;
  centre_answer help{.use = has_centre() ? answer_use::replace : answer_use::gradient,
                     .values = nullptr,
                     .distance = std::numeric_limits<double>::quiet_NaN()};
  if (!state_.parameters.empty())
    help.values = std::make_shared<const std::vector<float>>(state_.parameters);
  else if (!has_centre() && !answers.empty())
    help.values = answers.front().values;
  for (const auto& one : given) {
    if (one.values)
      continue;
    help.worker = one.worker;
    help.number = one.number;
    answers.push_back(help);
    if (help.values)
      note_helped(one.worker);
  }
  return answers;
}

std::vector<contribution> settled(std::span<const contribution> given) {
  std::vector<contribution> those;
  std::copy_if(given.begin(), given.end(), std::back_inserter(those), [](const auto& one) { return !one.first; });
  return those.empty() ? std::vector<contribution>(given.begin(), given.end()) : those;
}

std::vector<float> mean_of(std::span<const contribution> given) {
  std::vector<double> sum;
  std::size_t count = 0;
  for (const auto& one : given) {
    if (!one.values)
      continue;
    sum.resize(one.values->size());
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += (*one.values)[i];
    ++count;
  }
  std::vector<float> mean(sum.size());
  for (std::size_t i = 0; i < sum.size(); ++i)
    mean[i] = static_cast<float>(sum[i] / static_cast<double>(count));
  return mean;
}

double distance_between(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    squares += difference * difference;
  }
  return std::sqrt(squares);
}

} // namespace paceline
