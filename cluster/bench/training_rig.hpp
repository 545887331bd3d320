#pragma once

#include "compute/backend.hpp"
#include "compute/model.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace paceline {

/// A network with all that a training step touches, on random pictures. Made and used on one thread; the model outlives it.
class training_rig {
 public:
  /// Throws invalid_input where the device cannot run the model.
  training_rig(const model& network, const backend& device, std::int64_t batch_size);

  /// Forward, backward, Nesterov SGD.
  void step();

  /// Of the last step, as network::report.
  std::vector<layer_report> report() const { return network_->report(); }

  /// A leader pull alone, toward the parameters of the start.
  void pull();

  /// What a leader does for a snapshot: its parameters into memory of their own.
  std::vector<float> copy() const { return parameters_; }

 private:
  std::unique_ptr<network> network_;
  std::vector<float> images_;
  std::vector<std::int32_t> labels_;
  std::vector<float> parameters_;
  std::vector<float> start_;
  std::vector<float> gradient_;
  std::vector<float> velocity_;
  std::size_t trained_;
  std::uint64_t steps_ = 0;
};

} // namespace paceline
