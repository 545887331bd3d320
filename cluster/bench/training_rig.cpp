#include "cluster/bench/training_rig.hpp"

#include "compute/counter_random.hpp"
#include "compute/leader_pull.hpp"
#include "compute/sgd.hpp"

namespace paceline {

training_rig::training_rig(const model& network, const backend& device, std::int64_t batch_size)
  : network_(device.compile(network, {.batch_size = batch_size})),
    images_(static_cast<std::size_t>(batch_size * network.input().size())),
    labels_(static_cast<std::size_t>(batch_size)),
    parameters_(network.parameters().size()),
    gradient_(parameters_.size()),
    velocity_(parameters_.size()),
    trained_(network.parameters().trained_size()) {
  counter_random random(1);
  for (auto& value : images_)
    value = random.uniform(-1.0f, 1.0f);
  for (auto& label : labels_)
    label = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(network.output().size())));
  network.initialise(parameters_, 1);
  start_ = parameters_;
}

void training_rig::step() {
  network_->loss_and_gradient({images_, labels_}, parameters_, gradient_, ++steps_);
  sgd_step(parameters_, gradient_, velocity_,
           {.learning_rate = 0.01, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}, {}, {}, trained_);
}

void training_rig::pull() {
  apply_pull(parameters_, {start_, 0.1f});
}

} // namespace paceline
