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

namespace {

[[noreturn]] void refuse_halves() {
  throw std::logic_error("this trainer makes steps in one go");
}

} // namespace

double trainer::begin_step() {
  refuse_halves();
}

std::span<const float> trainer::gradient() const {
  refuse_halves();
}

step_result trainer::finish_step(const pull_source&) {
  refuse_halves();
}

step_result trainer::finish_step_by(std::span<const float>) {
  refuse_halves();
}

} // namespace paceline
