#include "compute/cuda/cuda_trainer.hpp"

#include "compute/classification.hpp"
#include "compute/counter_random.hpp"
#include "compute/cuda/device/device_failure.hpp"
#include "compute/cuda/device/device_name.hpp"
#include "compute/finite.hpp"
#include "compute/loss.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace paceline::cuda {

namespace {

/// Before anything is timed or takes memory.
const model& fitting(const model& m, const batch_loader_settings& loader) {
  require_fit(m, *loader.data, loader.how);
  return m;
}

} // namespace

cuda_trainer::cuda_trainer(const model& m, cuda_trainer_settings settings)
  : model_(fitting(m, settings.loader)),
    settings_(std::move(settings)),
    making_(settings_.shared),
    dropout_stream_(dropout_stream_of(settings_.loader)),
    queue_(settings_.device),
    parameters_(queue_, m.parameters(), settings_.network.type, true),
    network_(queue_, m, settings_.network, settings_.shared->convolutions, parameters_),
    velocity_(settings_.optimiser.momentum == 0 ? device_memory() : parameters_.make_vector(queue_, "momentum")),
    host_targets_{pinned_memory(settings_.device, m.parameters().size() * sizeof(float)),
                  pinned_memory(settings_.device, m.parameters().size() * sizeof(float))},
    targets_{parameters_.make_vector(queue_, "the group leader's parameters"),
             parameters_.make_vector(queue_, "the global leader's parameters")},
    arguments_(settings_.device, sizeof(step_arguments), "a step's arguments"),
    outcome_(settings_.device, sizeof(step_outcome), "a step's outcome"),
    reduction_(settings_.device, static_cast<std::size_t>(scratch_doubles(1, 3)) * sizeof(double), "partial sums"),
    host_seed_(settings_.device, sizeof(std::uint64_t)),
    host_arguments_(settings_.device, sizeof(step_arguments)),
    host_outcome_(settings_.device, sizeof(step_outcome)),
    gradient_begun_(settings_.device),
    updated_(settings_.device),
    copies_(settings_.device, stream_use::copying),
    copied_(settings_.device),
    copy_staging_(settings_.device, m.parameters().size() * sizeof(float), "a snapshot"),
    host_copy_(settings_.device, m.parameters().size() * sizeof(float)),
    batches_(make_batch_source(queue_, settings_.loader, settings_.shared->pictures, network_.input())) {
  std::vector<float> start(m.parameters().size());
  m.initialise(start, settings_.seed);
  parameters_.load(queue_, start);
  const auto find_gradient = [this](stream& queue) {
    batches_->make_input(queue);
    network_.loss_and_gradient(queue);
  };
  const auto update = [this](stream& queue) {
    const step_vectors vectors{.count = parameters_.size(),
                               .trained = parameters_.trained_size(),
                               .x = parameters_.values(),
                               .gradient = parameters_.gradient(),
                               .velocity = velocity_.as<float>()};
    sgd_step(queue, vectors, settings_.optimiser, arguments_.as<step_arguments>(), network_.loss(),
             {reduction_.as<double>()}, outcome_.as<step_outcome>());
    parameters_.refresh_products(queue);
  };
  // Kernels and libraries set themselves up at their first use, which must not be while they are recorded. A batch of nothing will do.
  queue_.clear(network_.labels(), static_cast<std::size_t>(settings_.network.batch_size) * sizeof(std::int32_t));
  queue_.clear(network_.dropout_seed(), sizeof(std::uint64_t));
  queue_.clear(arguments_.data(), arguments_.size_bytes());
  batches_->put_nothing(queue_);
  find_gradient(queue_);
  update(queue_);
  queue_.wait();
  gradient_work_.emplace(queue_, find_gradient);
  update_work_.emplace(queue_, update);
  queue_.clear(velocity_.data(), velocity_.size_bytes());
  parameters_.load(queue_, start);
  making_.end();
}

cuda_trainer::~cuda_trainer() {
  // It takes a turn of its own.
  prober_.reset();
  making_.begin_again();
  try {
    // The gradient ahead still reads what is given back here; who copied has waited for the end of it.
    queue_.wait();
  } catch (const device_failure&) {
    // A device that is lost reads nothing.
  }
}

void cuda_trainer::begin_gradient(std::uint64_t step) {
  // What the last one reads of the host's memory must be read before it is written again.
  gradient_begun_.wait();
  batches_->put(queue_, step, network_.labels());
  *host_seed_.as<std::uint64_t>() = derive_seed(dropout_stream_, step);
  queue_.copy(network_.dropout_seed(), host_seed_.data(), host_seed_.size_bytes());
  gradient_begun_.record(queue_);
  gradient_work_->launch(queue_);
  gradient_ahead_ = true;
}

const float* cuda_trainer::bring(std::size_t place, const leader_pull& pull) {
  if (pull.on_device)
    if (const auto* there = pull.on_device->on(device_name(settings_.device)))
      return there;
  assert(pull.target.size() == layout().size());
  auto* to = targets_[place].as<float>();
  // The last update that read them is over: a step or pull ends behind it.
  const std::span on_host(host_targets_[place].as<float>(), pull.target.size());
  std::copy(pull.target.begin(), pull.target.end(), on_host.begin());
  parameters_.bring(queue_, on_host, to);
  return to;
}

void cuda_trainer::put_arguments(std::span<const leader_pull> pulls) {
  step_arguments arguments;
  arguments.learning_rate = static_cast<float>(settings_.optimiser.learning_rate);
  assert(pulls.size() <= std::size(arguments.targets));
  for (std::size_t k = 0; k < pulls.size(); ++k) {
    arguments.targets[k] = bring(k, pulls[k]);
    arguments.strengths[k] = pulls[k].strength;
  }
  *host_arguments_.as<step_arguments>() = arguments;
  queue_.copy(arguments_.data(), host_arguments_.data(), host_arguments_.size_bytes());
}

void cuda_trainer::put_outcome() {
  queue_.copy(host_outcome_.data(), outcome_.data(), outcome_.size_bytes());
  updated_.record(queue_);
}

double cuda_trainer::pull_on_host(const leader_pull& toward) {
  std::vector<float> x(layout().size());
  copy_parameters(x);
  const auto distance = pull_trained(x, toward, layout().trained_size());
  const std::lock_guard changing(changing_);
  copied_.hold_back(queue_);
  parameters_.load(queue_, x);
  updated_.record(queue_);
  return distance;
}

step_result cuda_trainer::step(const pull_source& pulls) {
  queue_.use_here();
  if (!gradient_ahead_)
    begin_gradient(steps_);
  step_result result;
  const auto all = pulls ? pulls() : std::span<const leader_pull>();
  assert(all.size() <= std::size(result.pull_distances));
  std::array<leader_pull, 2> behind;
  std::array<std::size_t, 2> places{};
  std::size_t count = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (all[k].kind == pull_kind::after_step) {
      places[count] = k;
      behind[count++] = all[k];
    } else {
      result.pull_distances[k] = pull_on_host(all[k]);
    }
  }
  const std::span<const leader_pull> due(behind.data(), count);
  put_arguments(due);
  {
    const std::lock_guard changing(changing_);
    copied_.hold_back(queue_);
    gradient_ahead_ = false;
    update_work_->launch(queue_);
    ++steps_;
    put_outcome();
  }
  try {
    begin_gradient(steps_);
  } catch (...) {
    // The update still reads what the pulls' owners give back then.
    updated_.wait();
    throw;
  }
  updated_.wait();
  const auto& left = *host_outcome_.as<step_outcome>();
  result.loss = left.loss;
  result.finite = left.broken == 0;
  for (std::size_t k = 0; k < due.size(); ++k)
    result.pull_distances[places[k]] = std::sqrt(left.squared_distances[k]);
  return result;
}

double cuda_trainer::pull(const leader_pull& toward) {
  const std::lock_guard changing(changing_);
  gradient_ahead_ = false;
  copied_.hold_back(queue_);
  put_arguments(std::span(&toward, 1));
  cuda::pull(queue_, parameters_.size(), parameters_.values(), arguments_.as<step_arguments>(),
             {reduction_.as<double>()}, outcome_.as<step_outcome>());
  parameters_.refresh_products(queue_);
  put_outcome();
  updated_.wait();
  return std::sqrt(host_outcome_.as<step_outcome>()->squared_distances[0]);
}

std::shared_ptr<copy_pool::copy> cuda_trainer::try_take_place() const {
  try {
    return copy_pool::take(settings_.shared->copies, settings_.device, parameters_.size());
  } catch (const device_failure&) {
    // Others are pulled toward the host's copy.
    return nullptr;
  }
}

void cuda_trainer::begin_copy(copy_pool::copy* kept) const {
  copies_.use_here();
  updated_.hold_back(copies_);
  if (kept) {
    copies_.copy(kept->values(), parameters_.values(), static_cast<std::size_t>(parameters_.size()) * sizeof(float));
    copied_.record(copies_);
    parameters_.to_canonical_order(copies_, kept->values(), copy_staging_.as<float>());
  } else {
    parameters_.to_canonical_order(copies_, parameters_.values(), copy_staging_.as<float>());
    copied_.record(copies_);
  }
}

void cuda_trainer::end_copy(std::span<float> out) const {
  assert(out.size() == layout().size());
  copies_.copy(host_copy_.data(), copy_staging_.data(), host_copy_.size_bytes());
  copies_.wait();
  std::copy_n(host_copy_.as<float>(), out.size(), out.begin());
}

void cuda_trainer::copy_parameters(std::span<float> out) const {
  const std::lock_guard copying(copying_);
  {
    const std::lock_guard changing(changing_);
    begin_copy(nullptr);
  }
  end_copy(out);
}

std::optional<parameter_copy> cuda_trainer::try_copy_parameters(std::span<float> out) const {
  const std::lock_guard copying(copying_);
  // Before the lock: it may take memory, for which a training thread must not wait.
  const auto kept = try_take_place();
  parameter_copy copy{.steps = 0, .on_device = kept};
  try {
    {
      const std::unique_lock unchanged(changing_, std::try_to_lock);
      if (!unchanged)
        return std::nullopt;
      copy.steps = steps_;
      begin_copy(kept.get());
    }
    end_copy(out);
  } catch (const device_failure&) {
    // The training thread meets it too, and says so; here somebody else would be taken for the lost one.
    return std::nullopt;
  }
  return copy;
}

void cuda_trainer::replace_parameters(std::span<const float> parameters) {
  gradient_ahead_ = false;
  copied_.hold_back(queue_);
  parameters_.load(queue_, parameters);
  updated_.record(queue_);
}

void cuda_trainer::adopt(std::span<const float> parameters) {
  const std::lock_guard changing(changing_);
  replace_parameters(parameters);
  queue_.clear(velocity_.data(), velocity_.size_bytes());
}

double cuda_trainer::probe_loss(std::span<const float> parameters) {
  // A rectifier turns NaN into 0, so that the loss of broken parameters can look healthy.
  if (!all_finite(parameters))
    return std::numeric_limits<double>::quiet_NaN();
  if (!prober_) {
    const auto& loader = settings_.loader;
    probe_ = make_probe_batch(*loader.data, loader.how, static_cast<std::size_t>(loader.batch_size));
    probe_scores_.resize(probe_.labels.size() * static_cast<std::size_t>(model_.output().size()));
    auto options = settings_.network;
    options.training = false;
    prober_ = std::make_unique<cuda_network>(settings_.device, model_, options, settings_.shared);
  }
  prober_->scores(probe_.images, parameters, probe_scores_);
  return softmax_cross_entropy(probe_scores_, probe_.labels, {}) / static_cast<double>(probe_.labels.size());
}

std::vector<float> cuda_trainer::fetch_velocity() const {
  if (!velocity_.data())
    return {};
  std::vector<float> velocity(layout().size());
  parameters_.fetch(queue_, velocity_.as<float>(), velocity);
  return velocity;
}

trainer_state cuda_trainer::save() const {
  trainer_state state{.steps = steps_, .parameters = std::vector<float>(layout().size()), .optimiser = {}};
  copy_parameters(state.parameters);
  state.optimiser.velocity = fetch_velocity();
  return state;
}

void cuda_trainer::restore(const trainer_state& state) {
  require_lengths(state, layout().size(), velocity_.data() ? layout().size() : 0);
  const std::lock_guard changing(changing_);
  steps_ = state.steps;
  replace_parameters(state.parameters);
  if (state.optimiser.velocity.empty())
    return;
  parameters_.bring(queue_, state.optimiser.velocity, velocity_.as<float>());
  queue_.wait();
}

} // namespace paceline::cuda
