#pragma once

#include <caf/actor_system_config.hpp>

namespace paceline {

/// Settings under which CAF serves a run: its scheduler only passes small messages, so it gets few threads and sleeps when there
/// are none (CAF's default scheduler spins); the cores belong to the compute actors, which are detached.
/// Reads no file and no command line. Requires that it outlives the actor_system made from it.
class actor_system_settings : public caf::actor_system_config {
 public:
  actor_system_settings();
};

} // namespace paceline
