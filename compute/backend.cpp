#include "compute/backend.hpp"

#include "compute/trainer.hpp"

namespace paceline {

std::unique_ptr<trainer> backend::make_trainer(const training_job&) const {
  return nullptr;
}

} // namespace paceline
