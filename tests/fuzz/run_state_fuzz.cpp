// The state of a checkpoint is refused with a reason, or the same when it is written again.
#include "cluster/checkpoint/run_state_json.hpp"
#include "compute/errors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using nlohmann::json;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  json written;
  try {
    written = to_json(run_state_from_json(json::parse(as_text(data, size), nullptr, false)));
  } catch (const invalid_input& refused) {
    promise(refused.what()[0] != '\0', "a refused state has a reason");
    return 0;
  }
  promise(to_json(run_state_from_json(written)) == written, "a state is the same when written again");
  return 0;
}
