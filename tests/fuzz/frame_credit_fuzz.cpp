// What comes to the publisher of snapshots is refused or read, and whatever subscribers say in whatever order: each is sent no frame
// without a credit, none twice, and an older one never. The input is turns: a byte that says who, and his message; or a frame is made.
#include "cluster/link/snapshot_audience.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>
#include <map>
#include <string>

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint8_t makes_frame = 0xFF;
  constexpr std::size_t most = 3;
  snapshot_audience audience(most);
  std::uint64_t made = 0;
  std::map<std::string, int> credits;
  std::map<std::string, std::uint64_t> got;
  auto input = as_bytes(data, size);
  while (!input.empty()) {
    const auto who = std::to_integer<std::uint8_t>(input[0]);
    input = input.subspan(1);
    if (who == makes_frame) {
      audience.published();
      ++made;
    } else {
      const auto message = input.first(std::min(input.size(), frame_credit_bytes));
      input = input.subspan(message.size());
      const auto credit = decode_credit(message);
      if (!credit)
        continue;
      promise(std::ranges::equal(encode(*credit), message), "a decoded credit is the same when written again");
      const std::string route(1, static_cast<char>(who));
      audience.heard(route, *credit);
      ++credits[route];
    }
    const auto due = audience.due();
    promise(due.size() <= most, "no more subscribers are known than allowed");
    for (const auto& route : due) {
      promise(credits[route]-- > 0, "a frame costs a credit");
      promise(got[route] < made, "no frame is sent twice");
      got[route] = made;
      audience.sent(route);
    }
    promise(audience.due().empty(), "who has been sent the newest frame is not due");
  }
  return 0;
}
