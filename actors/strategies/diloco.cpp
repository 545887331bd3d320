#include "actors/strategies/centre_strategies.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace paceline {
namespace {

class diloco_rule final : public centre_rule {
 public:
  diloco_rule(const diloco& how, const centre_shape& shape) : how_(how), shape_(shape) {}

 protected:
  std::vector<centre_answer> exchange(std::span<const contribution> given) override {
    // Who is new has not stepped from the centre.
    std::vector<contribution> stepped;
    std::copy_if(given.begin(), given.end(), std::back_inserter(stepped), [](const auto& one) { return !one.first; });
    if (!stepped.empty())
      move_by(mean_of(stepped));
    const auto centre = std::make_shared<const std::vector<float>>(state_.parameters);
    std::vector<centre_answer> answers;
    for (const auto& one : given)
      answers.push_back({one.worker, one.number, answer_use::replace, centre, distance_between(*one.values, *centre)});
    return answers;
  }

 private:
  void move_by(const std::vector<float>& mean) {
    auto& centre = state_.parameters;
    auto& momentum = state_.momentum;
    momentum.resize(centre.size());
    const auto rate = static_cast<float>(how_.outer_learning_rate);
    const auto kept = static_cast<float>(how_.outer_momentum);
    for (std::size_t i = 0; i < shape_.trained; ++i) {
      const auto change = centre[i] - mean[i];
      momentum[i] = kept * momentum[i] + change;
      centre[i] -= rate * (change + kept * momentum[i]);
    }
    // Statistics are no sums of steps.
    std::copy(mean.begin() + static_cast<std::ptrdiff_t>(shape_.trained), mean.end(),
              centre.begin() + static_cast<std::ptrdiff_t>(shape_.trained));
  }

  diloco how_;
  centre_shape shape_;
};

} // namespace

centre_settings diloco::settings() const {
  return {.period = period, .together = true, .replaces = true, .make_rule = [*this](const centre_shape& shape) {
            return std::make_unique<diloco_rule>(*this, shape);
          }};
}

} // namespace paceline
