#include "cluster/faults/faulty_trainer.hpp"

#include "compute/trainer_decorator.hpp"

#include <algorithm>
#include <limits>
#include <thread>

namespace paceline {
namespace {

/// What it says of another's parameters is true: who lies of its own loss still scores others honestly.
class faulty_trainer final : public trainer_decorator {
 public:
  faulty_trainer(std::unique_ptr<trainer> inner, std::shared_ptr<worker_switches> switches,
                 std::chrono::nanoseconds least_step)
    : trainer_decorator(std::move(inner)), switches_(std::move(switches)), least_step_(least_step) {}

  step_result step(const pull_source& pulls) override {
    if (switches_->poisoned.exchange(false))
      adopt(std::vector<float>(layout().size(), std::numeric_limits<float>::quiet_NaN()));
    const auto began = clock::now();
    auto result = trainer_decorator::step(pulls);
    if (switches_->lies)
      result.loss *= false_loss_share;
    const auto least = std::max<std::chrono::nanoseconds>(least_step_, clock::now() - began);
    const std::chrono::duration<double, std::nano> lasts = least * switches_->slowdown.load();
    std::this_thread::sleep_until(began + std::chrono::duration_cast<std::chrono::nanoseconds>(lasts));
    return result;
  }

 private:
  using clock = std::chrono::steady_clock;

  std::shared_ptr<worker_switches> switches_;
  std::chrono::nanoseconds least_step_;
};

} // namespace

std::unique_ptr<trainer> make_faulty_trainer(std::unique_ptr<trainer> inner, std::shared_ptr<worker_switches> switches,
                                             std::chrono::nanoseconds least_step) {
  return std::make_unique<faulty_trainer>(std::move(inner), std::move(switches), least_step);
}

} // namespace paceline
