// The head of an exchange with a strategy's centre is refused, or the same when written again.
#include "cluster/link/exchange_message.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = as_bytes(data, size);
  const auto head = decode_exchange(bytes);
  if (!head)
    return 0;
  promise(std::ranges::equal(encode(*head), bytes), "a decoded head is the same when written again");
  promise(head->use <= answer_use::none, "what is done with an answer is known");
  return 0;
}
