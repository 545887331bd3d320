#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// `text` as a string of a gnuplot script that stands for just these characters, whatever they are: quoted so that nothing in it is a
/// command, on one line, in UTF-8.
std::string gnuplot_quoted(std::string_view text);

/// The same for the label of a tick, which gnuplot takes for a number's format.
std::string gnuplot_tick(std::string_view text);

} // namespace paceline
