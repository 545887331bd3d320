#pragma once

#include "compute/cpu/convolution_choice.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace paceline::cpu {

/// The algorithms for a convolution that read and write the same layouts as oneDNN's direct one, so that each pass can have another of
/// them: the direct one first, our own last. Requires: the direct one can compute it.
std::vector<convolution_algorithm> mixable(const convolution_task& task, product_precision precision);

/// What an algorithm takes for some passes of a convolution. One that takes longer than `limit` need not be timed precisely.
using convolution_stopwatch =
  std::function<std::chrono::nanoseconds(const convolution_task& task, convolution_algorithm algorithm,
                                         const pass_set& passes, std::chrono::nanoseconds limit)>;

/// Chooses what is fastest here, pass by pass. Each shape is timed once, by whoever asks first; others who need it wait for the answer, and
/// all get the same one. Products of bf16 compete where `precision` allows them.
class timed_chooser final : public convolution_chooser {
 public:
  explicit timed_chooser(convolution_stopwatch time, product_precision precision = product_precision::fp32);

  convolution_choice choose(const convolution_task& task) const override;

 private:
  /// All that the answer depends on.
  using shape_key = std::array<std::int64_t, 13>;

  struct backward_choice {
    convolution_algorithm weights;
    convolution_algorithm data;
  };

  /// As the stopwatch says; the longest time for an algorithm other than direct that cannot be timed.
  std::chrono::nanoseconds time(const convolution_task& task, convolution_algorithm which, const pass_set& passes,
                                std::chrono::nanoseconds limit) const;
  /// Which of ours is to do all passes of a convolution, if any: of those that cannot be mixed with others, or would pool.
  std::optional<convolution_algorithm> best_of_ours(const convolution_task& task, const shape_key& key,
                                                    bool filtering_mixes) const;
  convolution_algorithm choose_forward(const convolution_task& task,
                                       const std::vector<convolution_algorithm>& candidates) const;
  backward_choice choose_backward(const convolution_task& task,
                                  const std::vector<convolution_algorithm>& candidates) const;

  convolution_stopwatch time_;
  product_precision precision_;
  mutable std::mutex timing_;
  /// Networks that train and those that only test share what they have in common.
  mutable std::map<shape_key, convolution_algorithm> forward_;
  mutable std::map<shape_key, backward_choice> backward_;
  mutable std::map<shape_key, std::optional<convolution_algorithm>> own_;
};

} // namespace paceline::cpu
