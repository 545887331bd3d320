#include "actors/strategies/centre_strategies.hpp"

#include <memory>
#include <utility>

namespace paceline {
namespace {

class downpour_rule final : public centre_rule {
 public:
  explicit downpour_rule(const centre_shape& shape) : shape_(shape) {}

 protected:
  std::vector<centre_answer> exchange(std::span<const contribution> given) override {
    std::vector<centre_answer> answers;
    for (const auto& one : given)
      answers.push_back(exchange_one(one));
    return answers;
  }

  /// Else what the others have done since would count once more, as its own.
  void note_helped(worker_id worker) override { state_.anchors[worker] = state_.parameters; }

 private:
  centre_answer exchange_one(const contribution& one) {
    auto& centre = state_.parameters;
    const auto& x = *one.values;
    const auto distance = distance_between(x, centre);
    auto& anchor = state_.anchors[one.worker];
    // Who is new has moved from somewhere else.
    if (!one.first && !anchor.empty())
      for (std::size_t i = 0; i < centre.size(); ++i)
        centre[i] += i < shape_.trained ? x[i] - anchor[i] : (x[i] - centre[i]) / static_cast<float>(shape_.workers);
    anchor = centre;
    auto shift = std::make_shared<std::vector<float>>(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      (*shift)[i] = centre[i] - x[i];
    return {one.worker, one.number, answer_use::shift, std::move(shift), distance};
  }

  /// Statistics are no sums of steps: the centre's follow the workers' slowly.
  centre_shape shape_;
};

} // namespace

centre_settings downpour::settings() const {
  return {.period = period,
          .make_rule = [](const centre_shape& shape) { return std::make_unique<downpour_rule>(shape); }};
}

} // namespace paceline
