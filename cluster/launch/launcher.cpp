#include "cluster/launch/launcher.hpp"

#include "cluster/launch/process_run.hpp"

namespace paceline {

launch_exit launch(const launch_options& options, std::ostream& out, std::ostream& err) {
  const auto& output = options.config.output;
  return run_in_this_process({.config = options.config, .folder = output.folder / output.name, .go_on = options.resume},
                             out, err);
}

} // namespace paceline
