#include "cluster/report/gnuplot_text.hpp"

#include "cluster/wire/one_line.hpp"

namespace paceline {

std::string gnuplot_quoted(std::string_view text) {
  // As octal numbers these are nothing to gnuplot until the string is whole: an end, an escape, a command of the shell. Between single
  // quotes a quote at the beginning could not be said at all.
  std::string quoted = "\"";
  for (const char c : to_one_line(text))
    switch (c) {
      case '"':
        quoted += "\\042";
        break;
      case '\\':
        quoted += "\\134";
        break;
      case '`':
        quoted += "\\140";
        break;
      default:
        quoted += c;
    }
  return quoted + "\"";
}

std::string gnuplot_tick(std::string_view text) {
  std::string format;
  for (const char c : text) {
    format += c;
    if (c == '%')
      format += c;
  }
  return gnuplot_quoted(format);
}

} // namespace paceline
