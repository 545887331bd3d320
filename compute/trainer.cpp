#include "compute/trainer.hpp"

#include "compute/errors.hpp"

#include <string>

namespace paceline {

namespace {

void require_length(const char* what, std::size_t found, std::size_t needed) {
  if (found != needed)
    throw invalid_input(std::string("saved state: ") + what + " has " + std::to_string(found) + " numbers, allowed is "
                        + std::to_string(needed) + " for this model and optimiser");
}

} // namespace

void require_lengths(const trainer_state& state, std::size_t parameters, std::size_t velocity) {
  require_length("parameters", state.parameters.size(), parameters);
  require_length("velocity", state.velocity.size(), velocity);
}

} // namespace paceline
