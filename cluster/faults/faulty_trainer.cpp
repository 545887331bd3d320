#include "cluster/faults/faulty_trainer.hpp"

#include <algorithm>
#include <limits>
#include <thread>

namespace paceline {
namespace {

class faulty_trainer final : public trainer {
 public:
  faulty_trainer(std::unique_ptr<trainer> inner, std::shared_ptr<worker_switches> switches,
                 std::chrono::nanoseconds least_step)
    : inner_(std::move(inner)), switches_(std::move(switches)), least_step_(least_step) {}

  const parameter_layout& layout() const override { return inner_->layout(); }

  step_result step(std::span<const leader_pull> pulls) override {
    if (switches_->poisoned.exchange(false))
      inner_->adopt(std::vector<float>(layout().size(), std::numeric_limits<float>::quiet_NaN()));
    const auto began = clock::now();
    auto result = inner_->step(pulls);
    if (switches_->lies)
      result.loss *= false_loss_share;
    const auto least = std::max<std::chrono::nanoseconds>(least_step_, clock::now() - began);
    const std::chrono::duration<double, std::nano> lasts = least * switches_->slowdown.load();
    std::this_thread::sleep_until(began + std::chrono::duration_cast<std::chrono::nanoseconds>(lasts));
    return result;
  }

  double pull(const leader_pull& toward) override { return inner_->pull(toward); }

  std::uint64_t steps() const override { return inner_->steps(); }
  std::uint64_t steps_per_epoch() const override { return inner_->steps_per_epoch(); }
  std::chrono::nanoseconds waited_for_data() const override { return inner_->waited_for_data(); }

  double learning_rate() const override { return inner_->learning_rate(); }
  void set_learning_rate(double rate) override { inner_->set_learning_rate(rate); }

  void copy_parameters(std::span<float> out) const override { inner_->copy_parameters(out); }
  void adopt(std::span<const float> parameters) override { inner_->adopt(parameters); }

  /// Of another's parameters: who lies of its own loss still tells the truth about others'.
  double probe_loss(std::span<const float> parameters) override { return inner_->probe_loss(parameters); }

  trainer_state save() const override { return inner_->save(); }
  void restore(const trainer_state& state) override { inner_->restore(state); }

 private:
  using clock = std::chrono::steady_clock;

  std::unique_ptr<trainer> inner_;
  std::shared_ptr<worker_switches> switches_;
  std::chrono::nanoseconds least_step_;
};

} // namespace

std::unique_ptr<trainer> make_faulty_trainer(std::unique_ptr<trainer> inner, std::shared_ptr<worker_switches> switches,
                                             std::chrono::nanoseconds least_step) {
  return std::make_unique<faulty_trainer>(std::move(inner), std::move(switches), least_step);
}

} // namespace paceline
