#include "actors/strategies/centre_strategies.hpp"

#include <limits>
#include <memory>

namespace paceline {
namespace {

class gradient_rule final : public centre_rule {
 protected:
  bool has_centre() const override { return false; }

  std::vector<centre_answer> exchange(std::span<const contribution> given) override {
    const auto mean = std::make_shared<const std::vector<float>>(mean_of(given));
    std::vector<centre_answer> answers;
    for (const auto& one : given)
      answers.push_back({one.worker, one.number, answer_use::gradient, mean, std::numeric_limits<double>::quiet_NaN()});
    return answers;
  }
};

} // namespace

centre_settings sync_sgd::settings() const {
  return {.period = 1, .gradients = true, .together = true, .make_rule = [](const centre_shape&) {
            return std::make_unique<gradient_rule>();
          }};
}

} // namespace paceline
