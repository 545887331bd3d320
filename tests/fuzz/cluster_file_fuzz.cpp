// A cluster file is refused with its errors, or resolved to one that means the same.
#include "cluster/config/json_file.hpp"
#include "cluster/config/run_config_json.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  error_list errors("file");
  const auto json = parse_json(as_text(data, size), errors);
  if (!errors.errors().empty())
    return 0;
  config_json resolved;
  try {
    resolved = to_json(from_json(json, "file"));
  } catch (const config_errors& found) {
    promise(!found.errors().empty() && found.what()[0] != '\0', "a refused file has an error with words");
    return 0;
  }
  promise(to_json(from_json(resolved, "resolved")) == resolved, "a resolved file means the same as the one before");
  return 0;
}
