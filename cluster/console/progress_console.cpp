#include "cluster/console/progress_console.hpp"

#include "cluster/wire/one_line.hpp"

#include <clocale>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace paceline {

namespace {

constexpr const char* clear_line = "\r\x1b[K";

/// Whether the user's locale writes UTF-8; asked without changing the process's own.
bool locale_is_utf8() {
  const auto locale = ::newlocale(LC_CTYPE_MASK, "", locale_t{});
  if (locale == locale_t{})
    return false;
  const bool utf8 = std::string_view(::nl_langinfo_l(CODESET, locale)) == "UTF-8";
  ::freelocale(locale);
  return utf8;
}

} // namespace

console_abilities abilities_of(int descriptor) {
  const char* type = std::getenv("TERM");
  const bool terminal =
    ::isatty(descriptor) == 1 && type != nullptr && *type != '\0' && std::string_view(type) != "dumb";
  const char* no_colour = std::getenv("NO_COLOR");
  const bool colours = terminal && (no_colour == nullptr || *no_colour == '\0');
  return {terminal, colours, terminal && locale_is_utf8()};
}

std::size_t columns_of(int descriptor) {
  struct winsize size {};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

progress_console::progress_console(std::ostream& out, settings how) : out_(out), settings_(std::move(how)) {}

void progress_console::show(const run_status& status, clock::time_point now) {
  if (!latest_ && !settings_.abilities.terminal)
    next_ = now + settings_.first_line_after;
  latest_ = status;
  if (now < next_)
    return;
  draw();
  next_ = now + (settings_.abilities.terminal ? settings_.redraw_every : settings_.line_every);
}

void progress_console::message(std::string_view text) {
  if (bar_shown_)
    out_ << clear_line;
  out_ << escaped(text) << '\n';
  if (bar_shown_)
    draw();
  out_.flush();
}

void progress_console::finish() {
  if (latest_)
    draw();
  if (bar_shown_)
    out_ << '\n' << std::flush;
  bar_shown_ = false;
  latest_.reset();
}

void progress_console::draw() {
  const auto& abilities = settings_.abilities;
  if (!abilities.terminal) {
    out_ << progress_log_line(*latest_) << '\n' << std::flush;
    return;
  }
  // The last column stays free: some terminals go to the next line as soon as it is written.
  const auto columns = settings_.columns();
  const line_style style{columns > 0 ? columns - 1 : 0, abilities.colours, abilities.utf8};
  out_ << clear_line << progress_bar_line(*latest_, style) << std::flush;
  bar_shown_ = true;
}

} // namespace paceline
