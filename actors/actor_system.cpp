#include "actors/actor_system.hpp"

#include <caf/all.hpp>

#include <cstdint>

namespace paceline {

actor_system_settings::actor_system_settings() {
  // As atoms: CAF 0.17 silently ignores the policy when it is given as a string.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::size_t{2});
  set("scheduler.max-throughput", std::size_t{64});
  set("logger.verbosity", caf::atom("quiet"));
}

} // namespace paceline
