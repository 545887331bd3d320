#include "messages/failure.hpp"

namespace paceline {

namespace {

constexpr const char* no_code = "unknown";

} // namespace

const char* to_string(failure_code code) {
  switch (code) {
    case failure_code::worker_start_failed:
      return "worker_start_failed";
    case failure_code::worker_step_failed:
      return "worker_step_failed";
    case failure_code::worker_diverged:
      return "worker_diverged";
    case failure_code::worker_given_up:
      return "worker_given_up";
    case failure_code::picture_unreadable:
      return "picture_unreadable";
    case failure_code::shutdown_stuck:
      return "shutdown_stuck";
    case failure_code::evaluation_failed:
      return "evaluation_failed";
    case failure_code::checkpoint_failed:
      return "checkpoint_failed";
    case failure_code::supervisor_lost:
      return "supervisor_lost";
    case failure_code::node_actor_lost:
      return "node_actor_lost";
    case failure_code::centre_lost:
      return "centre_lost";
    case failure_code::record_failed:
      return "record_failed";
  }
  return no_code;
}

std::optional<failure_code> failure_code_from_text(std::string_view text) {
  // Codes are counted from 0 without gaps.
  for (std::uint8_t i = 0; to_string(failure_code{i}) != std::string_view(no_code); ++i)
    if (to_string(failure_code{i}) == text)
      return failure_code{i};
  return std::nullopt;
}

} // namespace paceline
