#pragma once

#include <caf/actor.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

/// How long an answer from a compute actor may take: it comes at a step boundary, and the largest models step in minutes. An actor
/// that has exited answers at once, with an error.
inline constexpr std::chrono::minutes step_boundary_timeout{10};

/// Asks each of `whom` the same, and when all have answered or failed calls `done` once, on `self`, with the answers in the
/// order of `whom`; empty for those that failed. Calls it at once where `whom` is empty.
template <class Answer, class Self, class Request>
void fan_out(Self* self, const std::vector<caf::actor>& whom, const Request& what,
             std::function<void(std::vector<std::optional<Answer>>&&)> done) {
  if (whom.empty())
    return done({});
  struct collection {
    std::vector<std::optional<Answer>> answers;
    std::size_t missing;
    std::function<void(std::vector<std::optional<Answer>>&&)> done;

    void one_less() {
      if (--missing == 0)
        done(std::move(answers));
    }
  };
  auto all = std::make_shared<collection>(
    collection{std::vector<std::optional<Answer>>(whom.size()), whom.size(), std::move(done)});
  for (std::size_t i = 0; i < whom.size(); ++i) {
    self->request(whom[i], step_boundary_timeout, what)
      .then(
        [all, i](const Answer& answer) {
          all->answers[i] = answer;
          all->one_less();
        },
        [all](caf::error&) { all->one_less(); });
  }
}

} // namespace paceline
