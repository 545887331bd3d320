#include "cluster/link/peer_session.hpp"

#include "cluster/link/hello_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace paceline {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds longest_silence_between_complaints{60};

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// A node and how long it was up, as it said or as it knows of itself.
struct aged_node {
  const std::string& name;
  std::chrono::nanoseconds up_for;
};

/// Which of two nodes that do not fit together stays: the older one, of two about as old that of lower name. What another said
/// of its age is old when it is heard, so each side takes itself for older than it is. Both have to find the same before one gives
/// up: the one that stays refuses, and the refused one compares once more, with the age that the refusal tells. Each of the two
/// compares in its own favour, so never do both give up.
bool outranks(const aged_node& one, const aged_node& other, milliseconds patience) {
  const auto older_by = one.up_for - other.up_for;
  return std::chrono::abs(older_by) < patience ? one.name < other.name : older_by > older_by.zero();
}

} // namespace

peer_session::peer_session(hello own, node_endpoints peer, milliseconds patience, time_point started)
  : own_(std::move(own)),
    peer_(std::move(peer)),
    patience_(patience),
    timing_(patience),
    started_(started),
    last_heard_(started),
    may_replace_from_(started),
    next_beat_(started),
    apart_since_(started),
    next_complaint_(started + timing_.says_unreachable_after) {}

hello peer_session::own_hello(time_point now) const {
  auto said = own_;
  said.up_for = now - started_;
  return said;
}

void peer_session::part(session_actions& actions, time_point now, const std::string& reason) {
  route_.clear();
  welcomed_.reset();
  if (!joined_)
    return;
  actions.lost = session_actions::loss{*joined_, reason};
  joined_.reset();
  apart_since_ = now;
  next_complaint_ = now + timing_.says_unreachable_after;
  next_beat_ = now;
}

bool peer_session::answers(time_point now) const {
  return welcomed_ && now - welcomed_at_ < timing_.lost_after;
}

void peer_session::join_if_complete(session_actions& actions, time_point now) {
  if (joined_ || route_.empty() || !answers(now) || welcomed_ != accepted_)
    return;
  joined_ = accepted_;
  actions.joined = joined_;
  // The peer may have begun anew since it welcomed us, and then waits for a hello that would not be said any more.
  actions.greet = own_hello(now);
  actions.tell_state = true;
  next_beat_ = now + timing_.heartbeat;
}

session_actions peer_session::heard_hello(const std::string& route, const hello& theirs, time_point now) {
  session_actions actions;
  const auto ours = own_hello(now);
  if (auto why = misfit(ours, theirs)) {
    // Whoever has to give up learns it from the answer to its own hello, over the connection that it made: what comes in may be
    // of anybody.
    actions.refused_message = true;
    why->up_for = ours.up_for;
    if (outranks({ours.node, ours.up_for}, {theirs.node, theirs.up_for}, patience_))
      actions.reply = *std::move(why);
    return actions;
  }
  // Our own connection leads to the peer's address; whoever answers there is the peer, and a hello may be of anybody.
  const auto known = joined_ ? joined_ : answers(now) ? welcomed_ : std::nullopt;
  if (known && *known != theirs.incarnation) {
    actions.refused_message = true;
    actions.reply = refusal{refusal::cause::name_taken,
                            fmt::format("node '{}' is already taking part, as node '{}' sees it; a second one needs a "
                                        "name of its own in the cluster file",
                                        peer_.name, own_.node)};
    return actions;
  }
  if (joined_ && route_ != route) {
    part(actions, now, "it lost this node and began anew");
    actions.reconnect = now >= may_replace_from_;
  }
  if (actions.reconnect)
    may_replace_from_ = now + timing_.lost_after;
  route_ = route;
  accepted_ = theirs.incarnation;
  // A peer that has joined says its state. One that goes on saying hello does not know that it has, and is lost in time.
  if (!joined_)
    last_heard_ = now;
  actions.reply = welcome{own_.node, own_.incarnation};
  join_if_complete(actions, now);
  return actions;
}

session_actions peer_session::heard(const control_message& message, time_point now) {
  session_actions actions;
  if (std::holds_alternative<welcome>(message) || std::holds_alternative<refusal>(message)) {
    // These answer our hello, over our own connection.
    actions.refused_message = true;
    return actions;
  }
  if (const auto* state = std::get_if<node_state>(&message);
      state && (state->node != peer_.name || state->incarnation != accepted_)) {
    actions.refused_message = true;
    return actions;
  }
  last_heard_ = now;
  if (const auto* bye = std::get_if<farewell>(&message)) {
    part(actions, now, bye->reason);
    return actions;
  }
  actions.deliver = joined_.has_value();
  return actions;
}

session_actions peer_session::answered(const control_message& message, time_point now) {
  session_actions actions;
  if (const auto* back = std::get_if<welcome>(&message); back && back->node == peer_.name) {
    name_taken_since_.reset();
    if (joined_ && *joined_ != back->incarnation)
      part(actions, now, "a new incarnation of it answers");
    welcomed_ = back->incarnation;
    welcomed_at_ = now;
    join_if_complete(actions, now);
  } else if (const auto* no = std::get_if<refusal>(&message)) {
    const bool younger = outranks({peer_.name, no->up_for}, {own_.node, now - started_}, patience_);
    switch (no->why) {
      case refusal::cause::version:
      case refusal::cause::config:
      case refusal::cause::fingerprint:
        if (younger)
          actions.cannot_take_part = no->text;
        else
          actions.refused_message = true;
        return actions;
      case refusal::cause::unknown_node:
        actions.cannot_take_part = no->text;
        return actions;
      case refusal::cause::name_taken:
        break;
    }
    // The one who has the name may be our own earlier incarnation, which is not yet missed.
    if (!name_taken_since_)
      name_taken_since_ = now;
    if (now - *name_taken_since_ >= 2 * patience_)
      actions.cannot_take_part = no->text;
  } else {
    actions.refused_message = true;
  }
  return actions;
}

void peer_session::connected(time_point now) {
  if (!joined_)
    next_beat_ = now;
}

session_actions peer_session::connection_closed(time_point now) {
  session_actions actions;
  part(actions, now, "the connection to it was closed");
  return actions;
}

void peer_session::slept(std::chrono::steady_clock::duration time, time_point now) {
  last_heard_ = std::min(last_heard_ + time, now);
  welcomed_at_ = std::min(welcomed_at_ + time, now);
}

session_actions peer_session::tick(time_point now) {
  session_actions actions;
  if (!route_.empty() && now - last_heard_ >= timing_.lost_after) {
    if (joined_) {
      actions.reconnect = true;
      may_replace_from_ = now + timing_.lost_after;
      part(actions, now, fmt::format("it was not heard of for {:.1f} s", seconds(now - last_heard_)));
    }
    route_.clear();
  }
  if (now >= next_beat_) {
    next_beat_ = now + timing_.heartbeat;
    if (joined_)
      actions.tell_state = true;
    else
      actions.greet = own_hello(now);
  }
  if (!joined_ && now >= next_complaint_)
    complain(actions, now);
  return actions;
}

void peer_session::complain(session_actions& actions, time_point now) {
  const auto apart = now - apart_since_;
  actions.say =
    fmt::format("node '{}' ({}) has not been there for {:.1f} s; trying on", peer_.name, peer_.control, seconds(apart));
  next_complaint_ = now + std::min<std::chrono::steady_clock::duration>(apart, longest_silence_between_complaints);
}

peer_session::time_point peer_session::next_due() const {
  auto due = next_beat_;
  if (!route_.empty())
    due = std::min(due, last_heard_ + timing_.lost_after);
  if (!joined_)
    due = std::min(due, next_complaint_);
  return due;
}

} // namespace paceline
