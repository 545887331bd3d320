#include "actors/candidate_scoring.hpp"

#include "actors/ask.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace paceline {

/// One request on its way from prober to prober.
struct candidate_scoring::round {
  probe_request request;
  std::function<void(const probe_result&)> done;
  snapshot_ptr copy;
  /// Whom to ask still, next one last.
  std::vector<prober> left;

  void finish(worker_id who, double loss, const std::string& problem) const {
    done(
      {.probe = request.probe, .candidate = request.candidate.leader, .prober = who, .loss = loss, .problem = problem});
  }

  void fail(const std::string& problem) const {
    finish(request.candidate.leader, std::numeric_limits<double>::quiet_NaN(), problem);
  }
};

void candidate_scoring::score(const probe_request& request, std::function<void(const probe_result&)> done) {
  const auto asked = std::make_shared<round>(round{request, std::move(done), nullptr, {}});
  const auto is_candidate = [&](const prober& worker) { return worker.id == request.candidate.leader; };
  const auto candidate = std::find_if(group_.begin(), group_.end(), is_candidate);
  if (candidate == group_.end())
    return asked->fail("it is not known here");
  ask<snapshot_ptr>(
    self_, candidate->worker, step_boundary_timeout, copy_parameters{request.candidate},
    [this, asked](const snapshot_ptr& copy) {
      if (!copy)
        return asked->fail("its parameters are not finite");
      asked->copy = copy;
      asked->left = in_order_of_asking(copy->leader);
      ask_next(asked);
    },
    [asked](const caf::error&) { asked->fail("it is gone"); });
}

void candidate_scoring::publish(const leader_announcement& decision) {
  const auto copy = std::exchange(scored_[static_cast<std::size_t>(decision.scope)], nullptr);
  if (copy && copy->leader == decision.leader && copy->term == decision.term && copy->decision == decision.decision)
    plane_->publish(copy);
}

std::vector<prober> candidate_scoring::in_order_of_asking(worker_id candidate) {
  std::vector<prober> order;
  const auto append_from_turn = [&](const std::vector<prober>& workers) {
    for (std::size_t i = 0; i < workers.size(); ++i)
      if (const auto& worker = workers[(turn_ + i) % workers.size()]; worker.id != candidate)
        order.push_back(worker);
  };
  append_from_turn(group_);
  append_from_turn(others_);
  ++turn_;
  for (const auto& worker : group_)
    if (worker.id == candidate)
      order.push_back(worker);
  std::reverse(order.begin(), order.end());
  return order;
}

void candidate_scoring::ask_next(const std::shared_ptr<round>& asked) {
  if (asked->left.empty())
    return asked->fail("nobody could score it");
  const auto next = std::move(asked->left.back());
  asked->left.pop_back();
  ask<probe_score>(
    self_, next.worker, step_boundary_timeout, score_parameters{asked->copy},
    [this, asked, id = next.id](const probe_score& score) {
      scored_[static_cast<std::size_t>(asked->copy->scope)] = asked->copy;
      asked->finish(id, score.loss, "");
    },
    [this, asked](const caf::error&) { ask_next(asked); });
}

} // namespace paceline
