// A file of a key set is refused with a reason, or the same when it is written again.
#include "cluster/security/key_file.hpp"
#include "compute/errors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(data, size);
  try {
    const auto written = format_key_file(parse_key_file(text));
    promise(format_key_file(parse_key_file(written)) == written, "a key file is the same when written again");
  } catch (const invalid_input&) {
  }
  try {
    const auto written = format_admitted_keys(parse_admitted_keys(text));
    promise(format_admitted_keys(parse_admitted_keys(written)) == written,
            "a list of shells is the same when written again");
  } catch (const invalid_input&) {
  }
  return 0;
}
