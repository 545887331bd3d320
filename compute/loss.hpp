#pragma once

#include <cstdint>
#include <span>

namespace paceline {

/// Softmax cross-entropy of N x classes scores: returns Σ_i −log softmax(scores_i)[label_i], the sum over the batch.
/// Where `gradient` is not empty (N x classes) it is overwritten with (softmax − one-hot) / N, the gradient of the mean.
/// Sums in double; safe for large scores. NaN scores give a NaN loss.
double softmax_cross_entropy(std::span<const float> scores, std::span<const std::int32_t> labels,
                             std::span<float> gradient);

/// The class of the highest score of each row, the first of equal ones; −1 for a row with a NaN. Requires scores for as many rows as there
/// are answers.
void find_answers(std::span<const float> scores, std::span<std::int32_t> answers);

} // namespace paceline
