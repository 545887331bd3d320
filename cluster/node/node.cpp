#include "cluster/node/node.hpp"

#include "cluster/config/nodes.hpp"
#include "cluster/launch/process_run.hpp"
#include "cluster/link/large_memory.hpp"
#include "cluster/node/member_of_run.hpp"

namespace paceline {

launch_exit run_node(const node_options& options, std::ostream& out, std::ostream& err) {
  keep_large_memory();
  const auto member = make_member_of_run(options.config, options.name, options.together);
  return run_in_this_process({.config = with_device_of(options.config, node_named(options.config, options.name)),
                              .folder = options.folder,
                              .go_on = options.go_on,
                              .node = member.get()},
                             out, err);
}

} // namespace paceline
