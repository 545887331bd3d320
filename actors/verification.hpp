#pragma once

#include "actors/leadership.hpp"
#include "actors/strategy.hpp"
#include "messages/leader_announcement.hpp"
#include "messages/loss_report.hpp"
#include "messages/probe.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// Whether a loss of `claimed` may be believed of parameters that scored `scored` on the probe batch: scored is finite and
/// <= claimed + tolerance * |claimed| + allowance.
bool claim_holds(double claimed, double scored, const verification_settings& settings);

/// A decision maker's second look, beside its leadership: a decision that falls due becomes a probe of its candidate, and is
/// announced only where the claim holds. Otherwise the candidate is passed over for the next best, and cannot be one again
/// before it has made a whole new loss window of steps. With the probe off, decisions are announced as they fall due.
///
///   idle --a decision falls due--> probing the best --its claim holds--> announced, idle
///                                    ^     `--it does not, or time is up: passed over--. next best, or nobody left: idle
///                                    `-----------------------------------------------'
///
/// One probe is under way at a time; what falls due meanwhile is one decision, looked at after it. A pure state machine: time is
/// passed in, and it knows no actor. Not even soft state is lost with it beyond who was passed over.
class verification {
 public:
  /// `loss_window`: steps of a loss window.
  verification(const verification_settings& settings, std::size_t loss_window);

  /// What follows from an event; both may be empty.
  struct outcome {
    /// To be announced now.
    std::optional<leader_announcement> decision;
    /// To be answered by a probe_result.
    std::optional<probe_request> probe;
  };

  /// The report, where its worker may be a candidate; nothing where it was passed over too lately.
  std::optional<loss_report> admit(const std::optional<loss_report>& report) const;

  /// To be called after each report.
  outcome decide(leadership& decisions, std::chrono::nanoseconds now);

  /// The answer to a probe; one that is not waited for (any more) changes nothing.
  outcome answer(leadership& decisions, const probe_result& result, std::chrono::nanoseconds now);

  /// Another decision maker's probe of one of the own candidates was answered: where the claim does not hold, it is not one any
  /// more.
  void learn(leadership& decisions, const leader_announcement& candidate, const probe_result& result);

  /// A member is gone: forgets it, and looks for another candidate where its own was being scored, which nobody will answer for.
  outcome lose(leadership& decisions, std::size_t member, std::chrono::nanoseconds now);

  /// The decisions begin a new term: what is under way belongs to the old one, and its answer changes nothing.
  void abandon();

 private:
  outcome propose(leadership& decisions, std::chrono::nanoseconds now);
  void pass_over(leadership& decisions, const leader_announcement& candidate);
  void bar(const leader_announcement& candidate);

  struct open_probe {
    probe_request request;
    std::chrono::nanoseconds deadline;
  };

  verification_settings settings_;
  std::uint64_t loss_window_;
  std::uint64_t probes_ = 0;
  std::optional<open_probe> open_;
  /// The steps that a worker has to reach before it can be a candidate again.
  /// Steps from which, and until which, a worker that was passed over is no candidate.
  struct bar_span {
    std::uint64_t from = 0;
    std::uint64_t until = 0;
  };
  std::map<worker_id, bar_span> bars_;
  /// Who was passed over since the last announcement, in words.
  std::string passed_over_;
};

} // namespace paceline
