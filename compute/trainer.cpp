#include "compute/trainer.hpp"

#include "compute/errors.hpp"

#include <stdexcept>
#include <string>

namespace paceline {

namespace {

void require_length(const char* what, std::size_t found, std::size_t needed) {
  if (found != needed)
    throw invalid_input(std::string("saved state: ") + what + " has " + std::to_string(found) + " numbers, allowed is "
                        + std::to_string(needed) + " for this model and optimiser");
}

} // namespace

void require_lengths(const trainer_state& state, std::size_t parameters, std::size_t velocity,
                     std::size_t second_moment) {
  require_length("parameters", state.parameters.size(), parameters);
  require_length("velocity", state.optimiser.velocity.size(), velocity);
  require_length("second moment", state.optimiser.second_moment.size(), second_moment);
}

double trainer::begin_step(std::span<float>) {
  throw std::logic_error("this trainer keeps its gradients to itself");
}

step_result trainer::finish_step(std::span<const float>) {
  throw std::logic_error("this trainer keeps its gradients to itself");
}

} // namespace paceline
