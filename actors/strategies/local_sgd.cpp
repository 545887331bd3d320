#include "actors/strategies/centre_strategies.hpp"

#include <memory>

namespace paceline {
namespace {

class averaging_rule final : public centre_rule {
 protected:
  std::vector<centre_answer> exchange(std::span<const contribution> given) override {
    state_.parameters = mean_of(settled(given));
    const auto mean = std::make_shared<const std::vector<float>>(state_.parameters);
    std::vector<centre_answer> answers;
    for (const auto& one : given)
      answers.push_back({one.worker, one.number, answer_use::replace, mean, distance_between(*one.values, *mean)});
    return answers;
  }
};

} // namespace

centre_settings local_sgd::settings() const {
  return {.period = period, .together = true, .replaces = true, .make_rule = [](const centre_shape&) {
            return std::make_unique<averaging_rule>();
          }};
}

} // namespace paceline
