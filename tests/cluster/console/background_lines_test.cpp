#include "cluster/console/background_lines.hpp"

#include "tests/catch.hpp"

#include <future>
#include <optional>
#include <ostream>
#include <sstream>

using namespace paceline;

namespace {

/// A reader that stands still until it is let go on.
class stalled_stream : public std::stringbuf, public std::ostream {
 public:
  stalled_stream() : std::ostream(static_cast<std::stringbuf*>(this)) {}

  void let_go_on() { gate_.set_value(); }

 private:
  int sync() override {
    open_.wait();
    return 0;
  }

  std::promise<void> gate_;
  std::shared_future<void> open_ = gate_.get_future().share();
};

} // namespace

TEST_CASE("lines come to both streams in the order in which they were told") {
  std::ostringstream both;
  std::ostringstream& out = both;
  std::ostringstream& err = both;
  {
    background_lines lines(out, err);
    lines.to_out("one");
    lines.to_err("two");
    lines.to_out("three");
  }
  REQUIRE(both.str() == "one\ntwo\nthree\n");
}

TEST_CASE("a reader that stands still stops nobody, and lines that it is too late for are counted where they were") {
  stalled_stream out;
  std::ostringstream err;
  std::optional<background_lines> lines(std::in_place, out, err, 8);
  lines->to_out("1234");
  lines->to_out("5678"); // the limit is reached: what is being written counts
  lines->to_out("lost");
  lines->to_out("lost");
  out.let_go_on();
  lines.reset();
  REQUIRE(out.str() == "1234\n5678\n(2 lines left out here: nobody read them in time)\n");
}
