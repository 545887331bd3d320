// What nodes.json says of the nodes' ends is left out where it is damaged, and the same when it is written again.
#include "cluster/launch/node_ends_json.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using nlohmann::json;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto written = to_json(ends_from_json(json::parse(as_text(data, size), nullptr, false)));
  promise(to_json(ends_from_json(written)) == written, "ends are the same when written again");
  return 0;
}
