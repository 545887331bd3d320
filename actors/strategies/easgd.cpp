#include "actors/strategies/centre_strategies.hpp"

#include <memory>
#include <utility>

namespace paceline {
namespace {

/// −share (x − centre).
shared_vector pull_back(const std::vector<float>& x, const std::vector<float>& centre, double share) {
  auto shift = std::make_shared<std::vector<float>>(x.size());
  const auto strength = static_cast<float>(share);
  for (std::size_t i = 0; i < x.size(); ++i)
    (*shift)[i] = -strength * (x[i] - centre[i]);
  return shift;
}

class asynchronous_rule final : public centre_rule {
 public:
  explicit asynchronous_rule(double alpha) : alpha_(alpha) {}

 protected:
  std::vector<centre_answer> exchange(std::span<const contribution> given) override {
    std::vector<centre_answer> answers;
    auto& centre = state_.parameters;
    for (const auto& one : given) {
      const auto distance = distance_between(*one.values, centre);
      auto shift = pull_back(*one.values, centre, alpha_);
      for (std::size_t i = 0; i < centre.size(); ++i)
        centre[i] -= (*shift)[i];
      answers.push_back({one.worker, one.number, answer_use::shift, std::move(shift), distance});
    }
    return answers;
  }

 private:
  double alpha_;
};

class synchronous_rule final : public centre_rule {
 public:
  synchronous_rule(double alpha, double beta) : alpha_(alpha), beta_(beta) {}

 protected:
  std::vector<centre_answer> exchange(std::span<const contribution> given) override {
    std::vector<centre_answer> answers;
    auto& centre = state_.parameters;
    for (const auto& one : given)
      answers.push_back({one.worker, one.number, answer_use::shift, pull_back(*one.values, centre, alpha_),
                         distance_between(*one.values, centre)});
    const auto mean = mean_of(settled(given));
    const auto share = static_cast<float>(beta_);
    for (std::size_t i = 0; i < centre.size(); ++i)
      centre[i] += share * (mean[i] - centre[i]);
    return answers;
  }

 private:
  double alpha_;
  double beta_;
};

} // namespace

centre_settings easgd::settings() const {
  return {.period = period, .together = synchronous, .make_rule = [*this](const centre_shape& shape) {
            const auto strength = alpha_of(shape.workers);
            return synchronous ? std::unique_ptr<centre_rule>(std::make_unique<synchronous_rule>(strength, beta))
                               : std::make_unique<asynchronous_rule>(strength);
          }};
}

double easgd::largest_stable_alpha(double learning_rate) const {
  return synchronous ? 2 - beta : (4 - 2 * learning_rate) / (4 - learning_rate);
}

} // namespace paceline
