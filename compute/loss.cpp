#include "compute/loss.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline {

double softmax_cross_entropy(std::span<const float> scores, std::span<const std::int32_t> labels,
                             std::span<float> gradient) {
  const auto count = labels.size();
  const auto classes = scores.size() / count;
  assert(scores.size() == count * classes);
  assert(gradient.empty() || gradient.size() == scores.size());
  double loss = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = scores.subspan(i * classes, classes);
    const auto label = static_cast<std::size_t>(labels[i]);
    const double highest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const double score : row)
      sum += std::exp(score - highest);
    loss += std::log(sum) - (row[label] - highest);
    if (gradient.empty())
      continue;
    for (std::size_t c = 0; c < classes; ++c) {
      const double share = std::exp(row[c] - highest) / sum;
      gradient[i * classes + c] = static_cast<float>((share - (c == label ? 1 : 0)) / static_cast<double>(count));
    }
  }
  return loss;
}

void find_answers(std::span<const float> scores, std::span<std::int32_t> answers) {
  const auto classes = scores.size() / answers.size();
  assert(scores.size() == answers.size() * classes);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto row = scores.subspan(i * classes, classes);
    const bool number = std::none_of(row.begin(), row.end(), [](float s) { return std::isnan(s); });
    answers[i] = number ? static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin()) : -1;
  }
}

} // namespace paceline
