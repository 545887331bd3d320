#pragma once

#include "actors/run_state.hpp"
#include "cluster/checkpoint/checkpoint.hpp"
#include "tests/catch.hpp"

#include <bit>
#include <chrono>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace paceline {

inline parameter_layout small_layout() {
  parameter_layout layout;
  layout.append("conv1.weight", {4, 3, 2, 2});
  layout.append("conv1.bias", {4});
  return layout;
}

inline const checkpoint_origin origin{R"({"name":"cnn7"})", R"({"kind":"glyphs"})"};

/// A run with one number of each awkward kind in every place that can hold it.
inline run_state awkward_state(const parameter_layout& layout) {
  using limits = std::numeric_limits<double>;
  std::mt19937 random(1);
  const auto floats = [&] {
    std::vector<float> values(layout.size());
    // Any bits at all: NaNs with a payload, denormals, infinities.
    for (auto& value : values)
      value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    values[0] = -0.0f;
    values[1] = std::numeric_limits<float>::denorm_min();
    return values;
  };
  run_state state;
  state.total_steps = 1234;
  state.training_time = std::chrono::nanoseconds(60'000'000'001);
  state.workers = {{{0, 0}, {600, floats(), {floats(), floats(), 17}}, {limits::quiet_NaN(), -0.0, 0.1}},
                   {{0, 1}, {300, floats(), {}}, {}},
                   {{1, 0}, {334, floats(), {floats(), {}, 0}}, {limits::denorm_min(), limits::infinity()}}};
  const loss_report report{{0, 0}, 600, -limits::infinity(), true, std::chrono::nanoseconds(-7)};
  state.groups = {{12, 3, {600, 300}, {report, std::nullopt}, worker_id{0, 0}, 3},
                  {std::uint64_t{1} << 53, 0, {334}, {std::nullopt}, std::nullopt, 0}};
  state.global = {6, 1, {900, 334}, {report, std::nullopt}, worker_id{0, 0}, 7};
  state.first_group = 2;
  state.workers[1].next_exchange = 304;
  state.workers[1].held = {std::nullopt, held_leader{{1, 0}, floats()}};
  state.workers[2].held = {held_leader{{2, 3}, floats()}, held_leader{{0, 1}, floats()}};
  state.centre = {floats(), floats(), {{{0, 0}, floats()}, {{1, 0}, floats()}}};
  state.leader = worker_id{1, 0};
  state.leader_loss = limits::quiet_NaN();
  return state;
}

template <class T>
inline void require_same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE((a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0));
}

inline void require_same(const std::optional<loss_report>& a, const std::optional<loss_report>& b) {
  REQUIRE(a.has_value() == b.has_value());
  if (!a)
    return;
  REQUIRE(a->worker == b->worker);
  REQUIRE(a->steps == b->steps);
  require_same_bits<double>({a->loss}, {b->loss});
  REQUIRE(a->window_full == b->window_full);
  REQUIRE(a->measured_at == b->measured_at);
}

inline void require_same(const leadership_state& a, const leadership_state& b) {
  REQUIRE(a.decisions == b.decisions);
  REQUIRE(a.steps_since == b.steps_since);
  REQUIRE(a.member_steps == b.member_steps);
  REQUIRE(a.leader == b.leader);
  REQUIRE(a.term == b.term);
  REQUIRE(a.candidates.size() == b.candidates.size());
  for (std::size_t i = 0; i < a.candidates.size(); ++i)
    require_same(a.candidates[i], b.candidates[i]);
}

inline void require_same(const std::optional<held_leader>& a, const std::optional<held_leader>& b) {
  REQUIRE(a.has_value() == b.has_value());
  if (!a)
    return;
  REQUIRE(a->leader == b->leader);
  require_same_bits(a->parameters, b->parameters);
}

inline void require_same(const run_state& a, const run_state& b) {
  REQUIRE(a.total_steps == b.total_steps);
  REQUIRE(a.training_time == b.training_time);
  REQUIRE(a.leader == b.leader);
  require_same_bits<double>({a.leader_loss}, {b.leader_loss});
  require_same(a.global, b.global);
  REQUIRE(a.first_group == b.first_group);
  REQUIRE(a.groups.size() == b.groups.size());
  for (std::size_t i = 0; i < a.groups.size(); ++i)
    require_same(a.groups[i], b.groups[i]);
  REQUIRE(a.workers.size() == b.workers.size());
  for (std::size_t i = 0; i < a.workers.size(); ++i) {
    REQUIRE(a.workers[i].id == b.workers[i].id);
    REQUIRE(a.workers[i].training.steps == b.workers[i].training.steps);
    require_same_bits(a.workers[i].training.parameters, b.workers[i].training.parameters);
    require_same_bits(a.workers[i].training.optimiser.velocity, b.workers[i].training.optimiser.velocity);
    require_same_bits(a.workers[i].training.optimiser.second_moment, b.workers[i].training.optimiser.second_moment);
    REQUIRE(a.workers[i].training.optimiser.steps == b.workers[i].training.optimiser.steps);
    REQUIRE(a.workers[i].next_exchange == b.workers[i].next_exchange);
    require_same_bits(a.workers[i].losses, b.workers[i].losses);
    for (std::size_t scope = 0; scope < 2; ++scope)
      require_same(a.workers[i].held[scope], b.workers[i].held[scope]);
  }
  REQUIRE(a.centre.has_value() == b.centre.has_value());
  if (!a.centre)
    return;
  require_same_bits(a.centre->parameters, b.centre->parameters);
  require_same_bits(a.centre->momentum, b.centre->momentum);
  REQUIRE(a.centre->anchors.size() == b.centre->anchors.size());
  for (const auto& [worker, anchor] : a.centre->anchors)
    require_same_bits(anchor, b.centre->anchors.at(worker));
}

} // namespace paceline
