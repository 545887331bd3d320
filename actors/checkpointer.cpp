#include "actors/checkpointer.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <exception>

namespace paceline {

caf::behavior checkpointer_actor(caf::event_based_actor*, checkpoint_writer write) {
  return {
    [write = std::move(write)](const run_state_ptr& run) -> caf::result<bool> {
      try {
        write(*run);
        return true;
      } catch (const std::exception& e) {
        return caf::make_error(caf::sec::runtime_error, e.what());
      }
    },
  };
}

} // namespace paceline
