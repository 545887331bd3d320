// What a node says that it measured is passed over, or the same when it is said again.
#include "cluster/preflight/node_findings.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto found = findings_from_json(as_text(data, size));
  if (!found)
    return 0;
  promise(found->worker.seconds_a_step > 0, "a step takes time");
  const auto said = to_json(*found).dump();
  const auto again = findings_from_json(said);
  promise(again && to_json(*again).dump() == said, "findings are the same when said again");
  return 0;
}
