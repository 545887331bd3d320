#include "actors/worker_training.hpp"

#include "compute/errors.hpp"
#include "compute/finite.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace paceline {

worker_training::worker_training(const worker_training_settings& settings, std::unique_ptr<trainer> device,
                                 std::shared_ptr<snapshot_slot> group_slot, std::shared_ptr<snapshot_slot> global_slot,
                                 std::shared_ptr<const run_clock> clock, std::shared_ptr<answer_slot> answers)
  : settings_(settings),
    trainer_(std::move(device)),
    group_slot_(std::move(group_slot)),
    global_slot_(std::move(global_slot)),
    clock_(std::move(clock)),
    window_(settings.strategy.loss_window),
    trace_(settings.id, settings.trace_every),
    report_every_(report_interval(settings.strategy)) {
  if (settings.strategy.centre)
    exchange_.emplace(settings.id, *settings.strategy.centre, std::move(answers));
}

worker_training::outcome worker_training::step(double budget_used) {
  return run_step(budget_used, true);
}

worker_training::outcome worker_training::step_alone(double budget_used) {
  return run_step(budget_used, false);
}

worker_training::outcome worker_training::apply_pulls() {
  outcome result;
  const auto pending = take_pending(moment::between);
  if (diverged_steps_ > 0) {
    recover(pending, result);
    return result;
  }
  for (const auto& pull : pending) {
    const auto distance = trainer_->pull(pull_of(pull));
    record_pull(pull, distance, result);
  }
  return result;
}

leader_pull worker_training::pull_of(const pending_pull& pending) {
  const auto& leader = *pending.snapshot;
  return {leader.parameters, static_cast<float>(pending.strength), leader.on_device.get(), pending.kind};
}

std::vector<worker_training::pending_pull> worker_training::take_pending(moment when) {
  const auto& strategy = settings_.strategy;
  std::vector<pending_pull> pending;
  const auto take = [&](snapshot_slot& slot, snapshot_ptr& held, double at_decisions, double in_steps) {
    auto snapshot = slot.take();
    // A snapshot of another model must never be mixed in.
    const bool is_new = snapshot && fits(*snapshot);
    if (is_new && in_steps > 0)
      held = snapshot;
    if (!is_new)
      snapshot = when == moment::step ? held : nullptr;
    // A leader is unmoved by its own pull.
    if (!snapshot || snapshot->leader == settings_.id)
      return;
    const auto steady = when == moment::step ? in_steps : 0.0;
    // Two pulls toward one target are one.
    const auto strength = !is_new ? steady : steady == 0 ? at_decisions : 1 - (1 - at_decisions) * (1 - steady);
    pending.push_back(
      {std::move(snapshot), strength, in_steps > 0 ? strategy.steady.kind : pull_kind::after_step, is_new});
  };
  take(*group_slot_, held_[0], strategy.pull_group, strategy.steady.group);
  take(*global_slot_, held_[1], strategy.pull_global, strategy.steady.global);
  return pending;
}

void worker_training::set_rate(double budget_used) {
  trainer_->set_learning_rate(settings_.learning_rate * settings_.schedule.factor_at(budget_used));
}

worker_training::outcome worker_training::run_step(double budget_used, bool look) {
  auto result = look ? take_replacement() : outcome();
  set_rate(budget_used);
  const auto began = clock_->now();
  trace_.look(*trainer_);
  complete_step([this](const pull_source& pulls) { return trainer_->step(pulls); }, look, result);
  counters_.stepping += clock_->now() - began;
  return result;
}

void worker_training::complete_step(const std::function<step_result(const pull_source&)>& make, bool look,
                                    outcome& result) {
  std::optional<std::vector<pending_pull>> taken;
  std::optional<centre_answer> answer;
  std::array<leader_pull, 2> pulls;
  const auto due = [&] {
    taken = take_pending(moment::step);
    auto count = taken->size();
    for (std::size_t i = 0; i < count; ++i)
      pulls[i] = pull_of((*taken)[i]);
    // Nobody leads where there is a centre.
    if (exchange_ && count == 0)
      answer = exchange_->take(answer_use::shift);
    if (answer && answer->values)
      pulls[count++] = {.target = *answer->values, .kind = pull_kind::shift};
    return std::span<const leader_pull>(pulls.data(), count);
  };

  const auto done = make(look ? pull_source(due) : pull_source());
  result.traced = trace_.take(done.loss);
  account(done);
  if (diverged_steps_ > 0) {
    // A step that cannot update its parameters asks for no pulls.
    if (look && !taken)
      taken = take_pending(moment::step);
    // Nor for the centre's answer; the next contribution asks for help.
    if (look && exchange_)
      static_cast<void>(exchange_->take(answer_use::shift));
    recover(taken.value_or(std::vector<pending_pull>()), result);
    return;
  }
  for (std::size_t i = 0; taken && i < taken->size(); ++i)
    record_pull((*taken)[i], done.pull_distances[i], result);
  if (answer)
    note_exchange(*answer, result);
}

void worker_training::account(const step_result& done) {
  ++counters_.steps;
  const bool well = std::isfinite(done.loss) && done.finite;
  diverged_steps_ = well ? 0 : diverged_steps_ + 1;
  if (!well)
    window_.push(std::numeric_limits<double>::quiet_NaN());
  else if (!settings_.strategy.compares_objective)
    window_.push(done.loss);
  else if (report_due())
    measure();
}

void worker_training::measure() {
  std::vector<float> here(trainer_->layout().size());
  trainer_->copy_parameters(here);
  window_.push(trainer_->probe_loss(here));
}

void worker_training::recover(const std::vector<pending_pull>& pending, outcome& result) {
  // Any leader is heard of once a period; a worker that leads alone, or has no company, is not.
  const auto patience =
    std::max<std::uint64_t>({settings_.strategy.loss_window, 2 * settings_.strategy.period_group,
                             2 * settings_.strategy.period_global, exchange_ ? 2 * exchange_->settings().period : 0});
  result.lost = diverged_steps_ > patience;
  if (result.lost || pending.empty())
    return;
  const auto& source = *pending.back().snapshot;
  trainer_->adopt(source.parameters);
  window_.clear();
  ++counters_.recoveries;
  result.recovered = true;
  result.recovered_from = source.leader;
}

void worker_training::record_pull(const pending_pull& pull, double distance, outcome& result) {
  if (!pull.is_new)
    return;
  const bool global = pull.snapshot->scope == scope::global;
  ++(global ? counters_.pulls_global : counters_.pulls_group);
  result.pulls.push_back({.worker = settings_.id,
                          .scope = pull.snapshot->scope,
                          .leader = pull.snapshot->leader,
                          .decision = pull.snapshot->decision,
                          .steps = trainer_->steps(),
                          .strength = pull.strength,
                          .distance = distance,
                          .age = clock_->now() - pull.snapshot->taken_at});
}

void worker_training::receive(const snapshot_ptr& snapshot) {
  (snapshot->scope == scope::global ? *global_slot_ : *group_slot_).put(snapshot);
}

void worker_training::note_waiting(std::chrono::nanoseconds time, std::chrono::nanoseconds from_steps) {
  counters_.waited_for_messages += time;
  counters_.stepping -= from_steps;
}

bool worker_training::report_due() const {
  return trainer_->steps() % report_every_ == 0;
}

loss_report worker_training::report() const {
  return {.worker = settings_.id,
          .steps = trainer_->steps(),
          .loss = window_.mean(),
          .window_full = window_.full(),
          .measured_at = clock_->now()};
}

worker_progress worker_training::progress() const {
  auto counters = counters_;
  counters.snapshots_taken = snapshots_taken_.load();
  counters.waited_for_data = trainer_->waited_for_data();
  counters.pictures_replaced = trainer_->replaced_pictures();
  counters.superseded = group_slot_->superseded() + global_slot_->superseded();
  const auto per_epoch = trainer_->steps_per_epoch();
  return {.report = report(),
          .learning_rate = trainer_->learning_rate(),
          .epochs = per_epoch == 0 ? 0.0 : static_cast<double>(trainer_->steps()) / static_cast<double>(per_epoch),
          .counters = counters};
}

snapshot_ptr worker_training::take_snapshot(const leader_announcement& decision) {
  auto snapshot = empty_snapshot(decision);
  snapshot->leader_steps = trainer_->steps();
  trainer_->copy_parameters(snapshot->parameters);
  const auto result = finished(std::move(snapshot));
  counters_.withheld += result ? 0 : 1;
  return result;
}

snapshot_ptr worker_training::try_take_snapshot(const leader_announcement& decision) {
  auto snapshot = empty_snapshot(decision);
  auto copy = trainer_->try_copy_parameters(snapshot->parameters);
  if (!copy)
    return nullptr;
  snapshot->leader_steps = copy->steps;
  snapshot->on_device = std::move(copy->on_device);
  return finished(std::move(snapshot));
}

std::shared_ptr<leader_snapshot> worker_training::empty_snapshot(const leader_announcement& decision) const {
  auto snapshot = std::make_shared<leader_snapshot>();
  snapshot->scope = decision.scope;
  snapshot->group = decision.group;
  snapshot->term = decision.term;
  snapshot->decision = decision.decision;
  snapshot->leader = settings_.id;
  snapshot->loss = decision.loss;
  snapshot->taken_at = clock_->now();
  snapshot->fingerprint = trainer_->layout().fingerprint();
  snapshot->parameters.resize(trainer_->layout().size());
  return snapshot;
}

snapshot_ptr worker_training::snapshot_of(const held_leader& held) const {
  auto snapshot = std::make_shared<leader_snapshot>();
  snapshot->leader = held.leader;
  snapshot->fingerprint = trainer_->layout().fingerprint();
  snapshot->parameters = held.parameters;
  return snapshot;
}

snapshot_ptr worker_training::finished(std::shared_ptr<leader_snapshot> snapshot) {
  if (!all_finite(snapshot->parameters))
    return nullptr;
  ++snapshots_taken_;
  return snapshot;
}

worker_state worker_training::save() const {
  worker_state state{.id = settings_.id,
                     .training = trainer_->save(),
                     .losses = window_.values(),
                     .diverged_steps = diverged_steps_,
                     .next_exchange = exchange_ ? exchange_->next_at() : std::nullopt,
                     .last_answered = exchange_ ? exchange_->last_answered() : 0};
  for (std::size_t i = 0; i < held_.size(); ++i)
    if (held_[i] && held_[i]->leader != settings_.id)
      state.held[i] = {held_[i]->leader, held_[i]->parameters};
  return state;
}

void worker_training::begin(const snapshot_ptr& leader, std::uint64_t steps) {
  auto start = trainer_->save();
  start.steps = steps;
  start.optimiser.clear();
  if (leader) {
    if (!fits(*leader))
      throw invalid_input("the parameters of worker " + to_string(leader->leader) + ", which worker "
                          + to_string(settings_.id) + " was to begin from, are of another model");
    start.parameters = leader->parameters;
  }
  trainer_->restore(start);
  window_.clear();
  diverged_steps_ = 0;
  held_ = {};
  if (exchange_)
    exchange_->begin();
}

double worker_training::score(const leader_snapshot& candidate) {
  if (!fits(candidate))
    return std::numeric_limits<double>::quiet_NaN();
  const auto began = clock_->now();
  const auto loss = trainer_->probe_loss(candidate.parameters);
  counters_.probing += clock_->now() - began;
  ++counters_.probes;
  return loss;
}

bool worker_training::fits(const leader_snapshot& snapshot) const {
  return snapshot.fingerprint == trainer_->layout().fingerprint()
         && snapshot.parameters.size() == trainer_->layout().size();
}

void worker_training::restore(const worker_state& state) {
  trainer_->restore(state.training);
  window_.assign(state.losses);
  diverged_steps_ = state.diverged_steps;
  if (exchange_)
    exchange_->go_on(state.next_exchange);
  // Saved under another strategy they are nobody's.
  const std::array strengths{settings_.strategy.steady.group, settings_.strategy.steady.global};
  for (std::size_t i = 0; i < held_.size(); ++i)
    held_[i] = state.held[i] && strengths[i] > 0 ? snapshot_of(*state.held[i]) : nullptr;
}

} // namespace paceline
