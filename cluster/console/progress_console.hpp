#pragma once

#include "cluster/console/progress_line.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace paceline {

/// What the other end of an output can do.
struct console_abilities {
  /// A line can be drawn again in place.
  bool terminal = false;
  bool colours = false;
  bool utf8 = false;
};

/// Asks the system about an open file. NO_COLOR and TERM=dumb are heeded, as terminals' users expect.
console_abilities abilities_of(int descriptor);

/// Columns of the terminal behind an open file; 80 where it does not say.
std::size_t columns_of(int descriptor);

/// Shows where a run stands: on a terminal one line that is drawn again in place, elsewhere a plain line now and
/// then. Messages go through it so that they stand above the bar and are never drawn over. Not thread-safe.
class progress_console {
 public:
  using clock = std::chrono::steady_clock;

  struct settings {
    console_abilities abilities;
    /// Columns at present; asked before each drawing, because windows change.
    std::function<std::size_t()> columns;
    /// On a terminal: the least time between two drawings.
    std::chrono::nanoseconds redraw_every = std::chrono::milliseconds(200);
    /// Elsewhere: when the first line comes after the first status, and the time between lines.
    std::chrono::nanoseconds first_line_after = std::chrono::seconds(5);
    std::chrono::nanoseconds line_every = std::chrono::seconds(30);
  };

  /// Requires that `out` outlives this object and that settings.columns is set.
  progress_console(std::ostream& out, settings how);

  /// To be called as often as one likes; draws when it is time.
  void show(const run_status& status, clock::time_point now);

  /// A line for people, at once. `text` has no line end.
  void message(std::string_view text);

  /// The run is over: the last status is drawn once more and stays.
  void finish();

 private:
  void draw();

  std::ostream& out_;
  settings settings_;
  std::optional<run_status> latest_;
  clock::time_point next_{};
  /// Whether a bar stands on the terminal's current line.
  bool bar_shown_ = false;
};

} // namespace paceline
