// What a peer says of its cluster file is compared with our own, whatever it is: a difference is found exactly where there is one, and
// the refusal that names it can be sent or is refused with words.
#include "cluster/link/hello_check.hpp"
#include "cluster/wire/control_codec.hpp"
#include "compute/errors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // As in the seeds.
  const std::string ours =
    R"({"groups":{"count":2,"workers":4},"nodes":[{"name":"a"},{"name":"b"}],"optimizer":{"learning_rate":0.05},"seed":1})";
  const auto theirs = as_text(data, size);
  const auto difference = first_difference(ours, theirs);
  const auto document = nlohmann::json::parse(theirs, nullptr, false);
  const bool equal = !document.is_discarded() && nlohmann::json::parse(ours) == document;
  promise(difference.empty() == equal, "a difference is found exactly where there is one");
  promise(first_difference(theirs, ours).empty() == equal, "both sides find out alike");
  const hello one{.version = 1, .node = "a", .incarnation = 1, .config = ours, .fingerprint = 7};
  const hello other{.version = 1, .node = "b", .incarnation = 2, .config = std::string(theirs), .fingerprint = 7};
  const auto why = misfit(one, other);
  promise(why.has_value() != equal, "nodes of different files are not of one run");
  if (!why)
    return 0;
  promise(why->why == refusal::cause::config && !why->text.empty(), "a refusal says why");
  try {
    encode(control_message(*why));
  } catch (const invalid_input&) {
    // A key of theirs that fits into no line.
  }
  return 0;
}
