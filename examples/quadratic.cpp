// The smallest use of Paceline's actors in a program of one's own: four workers minimise a noisy quadratic by Leader SGD.
//
//   build/release/bin/example_quadratic
//
// prints, with other numbers:
//
//   decision 1 of group 0: 0.1 leads with loss 0.0007 (least loss of 2, 1.2e-05 below 0.0)
//   ...
//   4 workers made 400000 steps; the centre lies 0.02 from the minimum
#include "actors/actor_system.hpp"
#include "actors/supervisor.hpp"
#include "compute/counter_random.hpp"
#include "compute/host_trainer.hpp"
#include "compute/objective.hpp"

#include <caf/all.hpp>

#include <cmath>
#include <cstdio>

namespace {

/// f(x) = 1/2 ‖x‖², seen through gradients with noise.
class noisy_quadratic final : public paceline::objective {
 public:
  explicit noisy_quadratic(std::uint64_t seed) : seed_(seed) { layout_.append("x", {16}); }

  const paceline::parameter_layout& layout() const override { return layout_; }

  void initialise(std::span<float> parameters, std::uint64_t seed) const override {
    paceline::counter_random random(seed);
    for (auto& x : parameters)
      x = random.uniform(-1.0f, 1.0f);
  }

  double loss_and_gradient(std::span<const float> parameters, std::span<float> gradient, std::uint64_t step) override {
    paceline::counter_random random(paceline::derive_seed(seed_, step));
    for (std::size_t i = 0; i < parameters.size(); ++i)
      gradient[i] = parameters[i] + random.uniform(-0.1f, 0.1f);
    return probe_loss(parameters);
  }

  double probe_loss(std::span<const float> parameters) override {
    double loss = 0;
    for (const auto x : parameters)
      loss += 0.5 * x * x;
    return loss;
  }

 private:
  paceline::parameter_layout layout_;
  std::uint64_t seed_;
};

/// Whatever a run tells its observers arrives as ordinary messages; this one listens to two of them.
caf::behavior listener(caf::event_based_actor* self) {
  self->set_default_handler(caf::drop);
  return {
    [](const paceline::leader_announcement& decision) {
      if (decision.scope == paceline::scope::group)
        std::printf("decision %llu of group %u: %s leads with loss %.4f (%s)\n",
                    static_cast<unsigned long long>(decision.decision), decision.group,
                    paceline::to_string(decision.leader).c_str(), decision.loss, decision.reason.c_str());
    },
    [self](const paceline::run_finished& end) {
      double squares = 0;
      for (const auto x : paceline::centre_of(*end.state))
        squares += double{x} * x;
      std::printf("%zu workers made %llu steps; the centre lies %.2g from the minimum\n", end.state->workers.size(),
                  static_cast<unsigned long long>(end.state->total_steps), std::sqrt(squares));
      self->quit();
    },
  };
}

} // namespace

int main() {
  paceline::actor_system_settings settings;
  caf::actor_system system(settings);
  const auto listening = system.spawn(listener);

  paceline::cluster_plan plan;
  plan.groups = 2;
  plan.workers_per_group = 2;
  plan.strategy = {.period_group = 2000, .period_global = 8000, .loss_window = 100};
  plan.learning_rate = 0.05;
  plan.budget.total_steps = 400'000; // these steps take a microsecond
  plan.make_trainer = [](paceline::worker_id id) {
    const std::uint64_t seed = 1 + 2 * id.group + id.index;
    return paceline::make_host_trainer(std::make_unique<noisy_quadratic>(seed), {.learning_rate = 0.05}, seed);
  };
  plan.watchers.add(listening);

  const auto services = paceline::make_services(plan, std::make_shared<paceline::run_clock>());
  const auto supervisor =
    system.spawn(paceline::supervisor_actor, std::make_shared<const paceline::cluster_plan>(plan), services);
  caf::scoped_actor self(system);
  self->wait_for(supervisor, listening);
}
