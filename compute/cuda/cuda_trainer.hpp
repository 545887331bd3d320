#pragma once

#include "compute/cuda/batch_source.hpp"
#include "compute/cuda/cuda_network.hpp"
#include "compute/cuda/device/event.hpp"
#include "compute/cuda/device/pinned_memory.hpp"
#include "compute/cuda/device/recorded_work.hpp"
#include "compute/cuda/kernels/sgd_step.hpp"
#include "compute/data/batch_loader.hpp"
#include "compute/probe_batch.hpp"
#include "compute/sgd.hpp"
#include "compute/trainer.hpp"

#include <mutex>
#include <optional>

namespace paceline::cuda {

struct cuda_trainer_settings {
  int device = 0;
  device_network_options network;
  sgd_settings optimiser;
  batch_loader_settings loader;
  /// Of this device.
  std::shared_ptr<shared_by_workers> shared;
  /// Of the random starting point.
  std::uint64_t seed = 0;
};

/// A worker's training with everything on the device. The device never waits for the host: behind a step's update the gradient of the next
/// one is already in its queue when the host looks at what the step left.
///
///   host     put in: update k, gradient k+1 │ wait for update k │ answer, ask for pulls ┐ put in: update k+1, gradient k+2 ...
///   device   ... gradient k │ update k │ gradient k+1 .................................. │ update k+1 │ ...
///
/// Both are recorded once. A gradient that was computed ahead is computed anew where the parameters were changed from outside meanwhile.
class cuda_trainer final : public trainer {
 public:
  /// Throws invalid_input where model and data do not fit, device_failure where the device cannot.
  cuda_trainer(const model& m, cuda_trainer_settings settings);
  ~cuda_trainer() override;

  const parameter_layout& layout() const override { return model_.parameters(); }
  /// Pulls are asked for when the gradient is in the queue, before it is known whether its loss is finite.
  step_result step(const pull_source& pulls) override;
  double pull(const leader_pull& toward) override;
  std::uint64_t steps() const override { return steps_; }
  std::uint64_t steps_per_epoch() const override { return batches_->batches_per_epoch(); }
  std::chrono::nanoseconds waited_for_data() const override { return batches_->waited(); }
  std::uint64_t replaced_pictures() const override { return batches_->replaced(); }
  double learning_rate() const override { return settings_.optimiser.learning_rate; }
  void set_learning_rate(double rate) override { settings_.optimiser.learning_rate = rate; }
  void copy_parameters(std::span<float> out) const override;
  std::optional<parameter_copy> try_copy_parameters(std::span<float> out) const override;
  void adopt(std::span<const float> parameters) override;
  double probe_loss(std::span<const float> parameters) override;
  trainer_state save() const override;
  void restore(const trainer_state& state) override;

 private:
  /// Puts the gradient at the current parameters of that step's batch into the queue.
  void begin_gradient(std::uint64_t step);
  /// Where a leader's parameters are on the device, in its order: a copy that is there, or the place's own that is put into the queue.
  const float* bring(std::size_t place, const leader_pull& pull);
  /// A pull that belongs to the beginning of the step whose gradient is there already: by way of the host. Returns the distance.
  double pull_on_host(const leader_pull& toward);
  void put_arguments(std::span<const leader_pull> pulls);
  /// Has what an update or a pull leaves brought to host_outcome_; it is there when updated_ is over.
  void put_outcome();
  void replace_parameters(std::span<const float> parameters);
  std::vector<float> fetch_velocity() const;
  /// A place for a copy that others on the device find; nullptr where there is no memory for one.
  std::shared_ptr<copy_pool::copy> try_take_place() const;
  /// Puts a copy of the parameters into copies_, in canonical order to copy_staging_ and to `kept`, where there is that. Requires:
  /// copying_ and changing_ are held.
  void begin_copy(copy_pool::copy* kept) const;
  /// Waits for what was begun and takes it to the host. Requires: copying_ is held.
  void end_copy(std::span<float> out) const;

  model model_;
  cuda_trainer_settings settings_;
  making_turn making_;
  std::uint64_t dropout_stream_;
  mutable stream queue_;
  mutable device_parameters parameters_;
  device_network network_;
  device_memory velocity_;
  /// For leaders that have no copy on this device; in canonical order, on their way to targets_.
  pinned_memory host_targets_[2];
  device_memory targets_[2];
  device_memory arguments_;
  device_memory outcome_;
  device_memory reduction_;
  pinned_memory host_seed_;
  pinned_memory host_arguments_;
  pinned_memory host_outcome_;
  event gradient_begun_;
  event updated_;
  std::optional<recorded_work> gradient_work_;
  std::optional<recorded_work> update_work_;
  bool gradient_ahead_ = false;

  /// Held by who uses the members for copies below; before changing_.
  mutable std::mutex copying_;
  /// Held by this thread while it puts in what changes steps_ or the parameters, and by who begins a copy of them, on a stream of its
  /// own, which makes the next update wait for the device's part of the copy; the training thread never waits for it.
  mutable std::mutex changing_;
  std::uint64_t steps_ = 0;
  mutable stream copies_;
  mutable event copied_;
  /// Canonical order.
  mutable device_memory copy_staging_;
  mutable pinned_memory host_copy_;

  std::unique_ptr<cuda_network> prober_;
  probe_batch probe_;
  std::vector<float> probe_scores_;
  std::unique_ptr<batch_source> batches_;
};

} // namespace paceline::cuda
