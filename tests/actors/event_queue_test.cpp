#include "actors/event_queue.hpp"

#include "tests/catch.hpp"

#include <string>

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("events come in order of time, and of two at one moment the one that was put first") {
  event_queue events;
  std::string happened;
  for (const auto& [at, what] : {std::pair{30ns, 'd'}, {10ns, 'a'}, {20ns, 'b'}, {20ns, 'c'}})
    events.put(at, [&happened, what = what] { happened += what; });
  REQUIRE(events.next_at() == 10ns);
  while (!events.empty())
    events.take()();
  REQUIRE(happened == "abcd");
}
