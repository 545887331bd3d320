#pragma once

#include "messages/centre_exchange.hpp"
#include "messages/commands.hpp"
#include "messages/echo.hpp"
#include "messages/failure.hpp"
#include "messages/fault.hpp"
#include "messages/group_report.hpp"
#include "messages/leader_announcement.hpp"
#include "messages/loss_report.hpp"
#include "messages/membership.hpp"
#include "messages/node_state.hpp"
#include "messages/notice.hpp"
#include "messages/probe.hpp"
#include "messages/progress.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

// What CAF must know of each message. All of them stay inside a process ("unsafe" is CAF's word for types that it cannot
// write to a wire): between processes they travel in an encoding of our own, never in CAF's.

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::advance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::answer_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::apply_pulls)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::begin_gradient)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::begin_training)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::centre_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::centre_exchanged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::contribution)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::copy_parameters)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::echo)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::evaluation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::failure)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::fault_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::finish_gradient)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::finish_step_at)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::give_gradient)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::gradient_made)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::group_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::group_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::kill_worker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::leader_announcement)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::leave_seat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::leaves_centre)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::close_centre)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::open_centre)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::look_at_clock)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::loss_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::make_gradient_at)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::make_step)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::node_joined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::node_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::node_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::prepare)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::probe_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::probe_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::probe_score)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::pull_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::pulls_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::query_contribution)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::query_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::query_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::save_centre)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::save_run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::save_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::score_parameters)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::seat_taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::set_exchange)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::snapshot_published)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::step_made)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::stop_run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::take_seat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::take_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_point)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_recovered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_restarted)
