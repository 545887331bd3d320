#pragma once

#include <caf/actor.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

/// How long an answer from a compute actor may take: it comes at a step boundary, and the largest models step in minutes. An
/// actor that has exited answers at once, with an error.
inline constexpr std::chrono::minutes step_boundary_timeout{10};

/// Sends `what` and calls one of the two on `self` when the answer comes, or an error (a timeout is one).
/// CAF 0.17 keeps the timeout of an answered request in its clock until it runs out; many requests with long timeouts would pile
/// up there. So it is cancelled with the answer.
template <class Answer, class Self, class Request, class Done, class Fail>
void ask(Self* self, const caf::actor& whom, std::chrono::minutes timeout, const Request& what, Done done, Fail fail) {
  auto handle = self->request(whom, timeout, what);
  const auto forget_timeout = [self, id = handle.id()] { self->clock().cancel_request_timeout(self, id); };
  handle.then(
    [forget_timeout, done](const Answer& answer) {
      forget_timeout();
      done(answer);
    },
    [forget_timeout, fail](caf::error& error) {
      forget_timeout();
      fail(error);
    });
}

/// Asks each of `whom` the same, and when all have answered or failed calls `done` once, on `self`, with the answers in the
/// order of `whom`; empty for those that failed. Calls it at once where `whom` is empty.
template <class Answer, class Self, class Request>
void ask_all(Self* self, const std::vector<caf::actor>& whom, const Request& what,
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
    ask<Answer>(
      self, whom[i], step_boundary_timeout, what,
      [all, i](const Answer& answer) {
        all->answers[i] = answer;
        all->one_less();
      },
      [all](const caf::error&) { all->one_less(); });
  }
}

} // namespace paceline
