// A control message is refused with a reason, or the same after another way over the wire.
#include "cluster/wire/control_codec.hpp"
#include "compute/errors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::byte> bytes;
  try {
    bytes = encode(decode_control(as_bytes(data, size)));
  } catch (const invalid_input&) {
    return 0;
  }
  // Unknown keys are gone by now, so from here on nothing may change.
  promise(encode(decode_control(bytes)) == bytes, "a decoded message is the same after another way over the wire");
  return 0;
}
